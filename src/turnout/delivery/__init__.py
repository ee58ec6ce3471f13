"""changes -> the account, at its pace: batches, pace, talks, one scheduler."""
