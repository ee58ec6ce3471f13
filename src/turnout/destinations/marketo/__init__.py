"""Adobe Marketo Engage, declared."""
