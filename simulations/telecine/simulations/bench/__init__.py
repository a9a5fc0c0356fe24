"""Measuring the house on this machine: rates as ratios within one run, since machines differ."""
