"""Pairbench: measure pairs of web services side by side."""
