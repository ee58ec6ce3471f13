"""The services of api_v3: actions declared as data, forms and JSON in, JSON and XML out."""
