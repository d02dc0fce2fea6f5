"""Findings to terminal, Markdown, CSV and JSON: layout, and no computing."""
