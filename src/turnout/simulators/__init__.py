"""The vendors, imitated from their documentation alone, to run in process or on a port."""
