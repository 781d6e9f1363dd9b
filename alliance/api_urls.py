"""The addresses of the API, version 1; each app lists its own in its `api` module."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from cases.api import urlpatterns as cases
from custody.api import urlpatterns as custody
from intel.api import urlpatterns as intel
from members.api import urlpatterns as members
from notices.api import urlpatterns as notices

app_name = "api"
urlpatterns = [
    *members,
    *custody,
    *intel,
    *notices,
    *cases,
    # Public: they describe the interface and hold nobody's data.
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]
