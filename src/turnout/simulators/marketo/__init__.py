"""Adobe Marketo Engage, imitated."""
