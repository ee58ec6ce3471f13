"""Kaltura's APIs, imitated: api_v3 and the services of a region, over an event that moves in time."""
