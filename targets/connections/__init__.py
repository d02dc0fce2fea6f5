"""Servers that are asked to hold thousands of connections."""
