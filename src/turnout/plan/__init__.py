"""records + ledger + sightings -> changes, and what must be seen first; pure."""
