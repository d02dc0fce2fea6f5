"""A route that does nothing: what is left is the way to it."""
