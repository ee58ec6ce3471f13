"""Writing records: reading values, checking them, the rules of each object, and storing."""
