"""what stands in the account -> sightings: reading calls only."""
