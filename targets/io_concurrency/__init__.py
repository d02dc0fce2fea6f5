"""Threads or an event loop, where every request waits."""
