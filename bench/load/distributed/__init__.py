"""Load from several processes and machines: a master that commands, and workers that send."""
