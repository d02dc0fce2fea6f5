"""What happened to each request, and to the generator itself, by slice."""
