"""Sabotage: each promise of the house is broken in a copy, and a named test must turn red.

`make sabotage` (or `python -m tests.sabotage [name…]`) breaks them all, one after the other.
"""
