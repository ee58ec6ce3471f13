"""The REST resources: each module answers the calls of one of them."""
