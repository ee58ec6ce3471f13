"""The faces: command line, collector, pages; all printing and all exit codes are here."""
