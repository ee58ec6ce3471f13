"""What stands in an imitated Marketo account, and the rules it keeps."""
