"""Three calls of an upstream, one after the other or side by side."""
