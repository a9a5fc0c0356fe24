"""The demo: five uploads to a house of its own, watched, and judged at the end."""
