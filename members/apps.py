from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Institutions, circles, people and credentials."""

    name = "members"

    def ready(self) -> None:
        """Django's hook after the app registry is full."""
        from members import receivers  # noqa: PLC0415 - reads models

        receivers.connect()
