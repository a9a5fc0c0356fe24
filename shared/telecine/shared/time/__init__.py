"""Virtual time, and what is due in it."""
