"""Fixtures of the tests that need the whole house."""

from tests.failpoints import failpoints

__all__ = ["failpoints"]
