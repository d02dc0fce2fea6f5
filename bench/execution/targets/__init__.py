"""Start a variant on a free port, and see it ready."""
