"""A handler that holds the loop, for profilers to find."""
