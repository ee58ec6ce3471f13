"""SOQL: text -> tree -> records, for the part of the language that integrations use."""
