"""What targets need beside them: a database, an upstream, commands of one's own."""
