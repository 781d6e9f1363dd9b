"""The API of intel, a module a noun."""

from intel.api import collisions, handshakes, lists, submissions, warnings

urlpatterns = [
    *submissions.urlpatterns,
    *collisions.urlpatterns,
    *handshakes.urlpatterns,
    *lists.urlpatterns,
    *warnings.urlpatterns,
]
