"""The same answer from one more layer each time."""
