"""A server that is asked to end while requests are under way."""
