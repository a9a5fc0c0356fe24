"""The documents that describe the house to machines, generated from its code: AsyncAPI and OpenAPI."""
