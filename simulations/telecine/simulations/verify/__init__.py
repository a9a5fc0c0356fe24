"""Holding the house against itself: the log against its states, its views, its records and its timers."""
