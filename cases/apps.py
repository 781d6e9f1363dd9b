from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Joint cases of institutions with the police."""

    name = "cases"
