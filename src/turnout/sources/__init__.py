"""what arrives: the readers, payload -> facts, or the reason why not."""
