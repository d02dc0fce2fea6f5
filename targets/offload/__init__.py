"""Kinds of work, and the places where a handler can have them done."""
