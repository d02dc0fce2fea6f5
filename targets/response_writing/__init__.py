"""Ways from a handler's value to the bytes of a JSON answer."""
