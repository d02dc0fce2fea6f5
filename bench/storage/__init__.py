"""The run folder: written atomically, read, resumed."""
