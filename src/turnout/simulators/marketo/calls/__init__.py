"""Marketo's calls: for each, its path, its permission, its parameters, and what it answers."""
