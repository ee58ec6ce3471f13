"""The whole flow, put together; the stages are in `docs/explanation/architecture.md` and in the folders' names."""
