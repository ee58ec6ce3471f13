"""A connection to a Kaltura account: settings, sign-in, codes, and what the doctor looks at."""
