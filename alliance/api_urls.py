"""The addresses of the API, version 1; each app lists its own in its `api` module."""

from custody.api import urlpatterns as custody
from intel.api import urlpatterns as intel
from members.api import urlpatterns as members

app_name = "api"
urlpatterns = [*members, *custody, *intel]
