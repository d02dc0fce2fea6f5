"""Declared flows: scenarios that are data, run by callbacks of gevent's hub."""
