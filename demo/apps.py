from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo alliance; installed in the one-machine mode only."""

    name = "demo"
