"""Kaltura as the source: its own APIs, read page by page into the inbox."""
