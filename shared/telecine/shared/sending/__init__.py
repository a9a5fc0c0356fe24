"""What is owed to an endpoint, and where webhooks may go."""
