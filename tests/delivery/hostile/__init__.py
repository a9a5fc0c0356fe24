"""Receivers that do what no receiver should, as data: what each does, and what goes on record."""
