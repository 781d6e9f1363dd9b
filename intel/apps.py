from django.apps import AppConfig


class IntelConfig(AppConfig):
    """Clues and the collisions between them."""

    name = "intel"
