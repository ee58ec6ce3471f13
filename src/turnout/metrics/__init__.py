"""facts -> numbers: the catalogue, and the engine that computes it."""
