"""Wires the apps together once Django is ready."""

from django.apps import AppConfig


class AllianceConfig(AppConfig):
    """Discovers every app's tasks in the web process too: without it `send_task` and eager tests know none."""

    name = "alliance"

    def ready(self) -> None:
        """Django's hook after the app registry is full."""
        from alliance.celery import app  # noqa: PLC0415 - needs the full registry
        from custody.services import rotation  # noqa: PLC0415 - needs the full registry
        from intel.typologies import TYPOLOGIES  # noqa: PLC0415 - needs the full registry
        from members.services import second_factors  # noqa: PLC0415 - needs the full registry
        from notices.queries import watches  # noqa: PLC0415 - needs the full registry
        from notices.services import secrets  # noqa: PLC0415 - needs the full registry

        app.autodiscover_tasks(force=True)
        rotation.register_use("mfa", rotation.Use(second_factors.seeds_sealed_with, second_factors.reseal_seeds))
        rotation.register_use("note", rotation.Use(secrets.secrets_sealed_with, secrets.reseal_secrets))
        watches.register_typologies(lambda: TYPOLOGIES)
