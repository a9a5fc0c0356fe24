"""What has a log, state by state: which facts change it, and how. Pure."""
