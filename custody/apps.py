from django.apps import AppConfig


class CustodyConfig(AppConfig):
    """Key custody: relays evaluations to the custodians, under quotas and budgets."""

    name = "custody"
