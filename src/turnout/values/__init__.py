"""The values that stages hand to each other: keys and records, verdicts, sightings, ledger rows."""
