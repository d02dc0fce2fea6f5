"""Experiment files to a plan and its ordered trials: pure."""
