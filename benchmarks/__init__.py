"""The project's measurements of itself: ratios within one run, with their spread."""
