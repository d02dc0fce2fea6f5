"""A stream that the server sends on, and what of the client's words arrives there."""
