"""A body of several MB, and where it is parsed."""
