from django.apps import AppConfig


class IntelConfig(AppConfig):
    """Clues and the collisions between them."""

    name = "intel"

    def ready(self) -> None:
        """Tell custody what the pepper and the note key seal here, so that neither is forgotten while it is needed.

        And have the warning lists in force cover every new circle, and clues follow their institutions' memberships.
        """
        from custody.services.rotation import Use, register_use  # noqa: PLC0415 - models need the full registry
        from intel.services import leaving, resealing, warned  # noqa: PLC0415
        from members.services.circles import when_joined_or_left, when_opened  # noqa: PLC0415

        register_use("pepper", Use(resealing.digests_under, resealing.reseal_digests))
        register_use("note", Use(resealing.texts_under, resealing.reseal_texts))
        when_opened(warned.cover_circle)
        when_joined_or_left(leaving.follow)
