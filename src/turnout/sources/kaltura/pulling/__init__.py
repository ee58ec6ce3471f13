"""The pull: flights that read page after page, each kept before the next is asked for."""
