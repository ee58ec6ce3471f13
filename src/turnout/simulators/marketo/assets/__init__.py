"""Marketo's asset API: programs, folders, lists, campaigns, tags."""
