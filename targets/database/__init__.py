"""Sync and async ways to the same PostgreSQL."""
