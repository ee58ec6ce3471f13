"""What happened, in our words: relations for beacons, values for people."""
