"""The report service: what attendees did, summed up and told with its quirks."""
