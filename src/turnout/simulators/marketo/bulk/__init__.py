"""Marketo's bulk API: files in and out through queues of jobs."""
