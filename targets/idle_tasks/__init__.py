"""Tasks that wait for something that doesn't come, while others are served."""
