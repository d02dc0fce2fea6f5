"""The only code that starts, signals, pins and polls processes."""
