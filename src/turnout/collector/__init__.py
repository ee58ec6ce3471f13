"""Requests of players -> lines on the disk: acknowledged only when they are kept."""
