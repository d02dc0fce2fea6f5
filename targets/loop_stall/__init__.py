"""One slow route, and everyone else on the same event loop."""
