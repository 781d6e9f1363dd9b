from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The append-only record of what happened."""

    name = "audit"
