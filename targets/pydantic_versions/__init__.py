"""The same models under two major versions of pydantic."""
