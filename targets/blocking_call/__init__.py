"""Ways to call another service from a handler."""
