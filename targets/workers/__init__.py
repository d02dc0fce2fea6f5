"""One service in one process, in several, and who starts them."""
