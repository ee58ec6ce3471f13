"""Salesforce, declared."""
