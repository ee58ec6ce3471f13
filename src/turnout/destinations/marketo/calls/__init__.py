"""The calls that read and write people, members, rows and activities."""
