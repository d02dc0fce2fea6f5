"""The built-in paired servers: one folder per factor."""
