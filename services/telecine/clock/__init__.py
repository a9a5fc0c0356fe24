"""Virtual time, and every due time of the house."""
