"""Bulk API 2.0: jobs that take files of rows or of a query's answer, worked off as time passes."""
