"""The one-machine alliance: PostgreSQL, broker, custodians, web and worker under one supervisor.

Django-free: it starts Django, it is never imported by it. Everything it keeps lies under one state directory.
"""

from alliance.embedded.live import alliance

__all__ = ["alliance"]
