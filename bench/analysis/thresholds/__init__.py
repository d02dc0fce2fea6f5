"""Thresholds: what the trials of a run say of the checks that its experiments make."""
