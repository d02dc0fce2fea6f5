"""Records to findings: pure, with no clock, file or process."""
