"""One supervisor starts and ends every process; what it runs, and how the harness talks to it."""
