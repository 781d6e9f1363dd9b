from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Being told: events, watches, notices, mail and webhooks."""

    name = "notices"
