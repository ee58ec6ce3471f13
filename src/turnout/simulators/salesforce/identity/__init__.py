"""Who is calling: the ways to sign in, the sessions that come of them, and what is told of the person behind."""
