"""Two versions of a repository side by side: resolved, checked out, made ready, and told apart."""
