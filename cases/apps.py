from django.apps import AppConfig

ABOUT_A_CASE = frozenset({"cases:case-detail", "cases:police"})
"""Where events lead to whose subject is a case."""


class CasesConfig(AppConfig):
    """Joint cases of institutions with the police."""

    name = "cases"

    def ready(self) -> None:
        """Have notices ask, before anything of a case leaves, whether its institution may still see the case.

        And tell custody what the case key seals, so that it is not forgotten while it is needed, and intel who hears
        of collisions that dissolve.
        """
        from cases.queries.cases import shut_cases  # noqa: PLC0415 - models need the full registry
        from cases.services import dissolved, resealing  # noqa: PLC0415
        from custody.services.rotation import Use, register_use  # noqa: PLC0415
        from intel.services.dissolving import when_dissolved  # noqa: PLC0415
        from notices.event_types import TYPES  # noqa: PLC0415
        from notices.walls import stand_before  # noqa: PLC0415

        stand_before([one.code for one in TYPES.values() if one.view in ABOUT_A_CASE], shut_cases)
        when_dissolved(dissolved.mark_dissolved)
        register_use("case", Use(resealing.values_under, resealing.reseal_cases))
