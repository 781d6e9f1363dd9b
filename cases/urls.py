"""The addresses of cases in the portal; each module of `views` lists its own."""

from cases.views import cases, disclosures, evidence, keys, packages, papers, police, seized, victims, work

app_name = "cases"
urlpatterns = [
    *cases.urlpatterns,
    *work.urlpatterns,
    *keys.urlpatterns,
    *disclosures.urlpatterns,
    *evidence.urlpatterns,
    *police.urlpatterns,
    *victims.urlpatterns,
    *papers.urlpatterns,
    *seized.urlpatterns,
    *packages.urlpatterns,
]
