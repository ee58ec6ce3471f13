"""The sign-in: where to call, by which flow, and how a token is kept."""
