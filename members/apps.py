from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Institutions, circles, people and credentials."""

    name = "members"
