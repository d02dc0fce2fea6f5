"""The built-in experiments, as ordinary experiment files with their Locust users."""
