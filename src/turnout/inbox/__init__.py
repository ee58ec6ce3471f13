"""what arrives -> kept, durable, before anyone interprets it."""
