"""More queries than the pool has connections."""
