"""Connections that stay open, and a message a second for each."""
