"""The API of intel, a module a noun."""

from intel.api import collisions, lists, submissions

urlpatterns = [*submissions.urlpatterns, *collisions.urlpatterns, *lists.urlpatterns]
