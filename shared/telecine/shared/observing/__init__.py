"""What the house tells of itself: logs, metrics, spans."""
