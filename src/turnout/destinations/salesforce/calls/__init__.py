"""The calls that talks are made of: queries by lists of values, collections, composite calls, bulk jobs."""
