"""Webhook delivery: signs, sends, retries, records."""
