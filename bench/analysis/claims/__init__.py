"""Claims: what the trials of runs say of what somebody says."""
