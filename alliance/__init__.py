"""Wiring: settings, addresses, Celery, and the one-machine alliance."""
