from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Reports read every app's rows and own none."""

    name = "reports"
