"""Ways to read a file in a handler."""
