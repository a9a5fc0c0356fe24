"""What the house calls itself to receivers."""

from importlib.metadata import version

USER_AGENT = f"Telecine/{version('telecine')}"
