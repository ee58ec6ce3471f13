"""Salesforce, imitated."""
