"""What stands in the imitated account: partner, sessions, people, what they do, polls."""
