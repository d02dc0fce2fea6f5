"""Jobs that are started and not waited for, and what becomes of them."""
