"""A service's own tables: databases, migrations of records, views that are folded."""
