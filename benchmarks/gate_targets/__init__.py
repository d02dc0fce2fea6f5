"""Targets whose cost per request can be turned up: what a gate is to find, or to let pass."""
