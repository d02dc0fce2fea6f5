"""Middleware that does nothing, and how it is written."""
