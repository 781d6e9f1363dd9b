"""The API of cases, a module a noun."""

from cases.api import cases, disclosures, evidence, keys, packages, papers, police, victims, work

urlpatterns = [
    *cases.urlpatterns,
    *work.urlpatterns,
    *keys.urlpatterns,
    *disclosures.urlpatterns,
    *evidence.urlpatterns,
    *police.urlpatterns,
    *victims.urlpatterns,
    *papers.urlpatterns,
    *packages.urlpatterns,
]
