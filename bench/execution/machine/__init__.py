"""What this machine is, and where on it this process runs."""
