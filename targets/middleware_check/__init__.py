"""A check that a middleware makes before every request."""
