"""Objects and fields: those every org has, those an administrator makes, and who may see them."""
