"""A published sample of async database access, as it is and with its faults mended."""
