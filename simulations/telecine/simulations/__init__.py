"""Telecine, a local stand-in for a video platform: uploads in, signed and retried webhooks out."""
