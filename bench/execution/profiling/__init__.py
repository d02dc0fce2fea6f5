"""Looking into a target while it is loaded."""
