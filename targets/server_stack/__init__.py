"""One app under several servers."""
