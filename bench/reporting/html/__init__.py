"""HTML: reports as one file that needs no network, with charts and tables to work with."""
