"""Several calls in one: composite, batch, tree and graph."""
