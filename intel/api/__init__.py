"""The API of intel, a module a noun."""

from intel.api import collisions, handshakes, lists, opinions, submissions, warnings

urlpatterns = [
    *submissions.urlpatterns,
    *collisions.urlpatterns,
    *handshakes.urlpatterns,
    *opinions.urlpatterns,
    *lists.urlpatterns,
    *warnings.urlpatterns,
]
