"""What is known and set up, and is not ledger: events, connections, people, sightings, the journal."""
