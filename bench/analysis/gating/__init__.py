"""The gate: trials of duets become a verdict by one rule, whose error rates are known."""
