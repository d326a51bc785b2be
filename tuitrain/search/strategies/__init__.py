"""Strategies: pure functions from what is known to what is tried next."""
