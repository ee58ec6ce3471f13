"""What was sent, what came of it, what is owed."""
