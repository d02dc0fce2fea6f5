"""Ways from the bytes of a body to a validated model."""
