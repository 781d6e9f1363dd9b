"""Every address of the platform. A new one needs its row in tests/test_permissions.py."""

from django.urls import include, path

from alliance import views
from members.views import switch_language

urlpatterns = [
    path("", views.start, name="start"),
    path("operations/", views.operate, name="operate"),
    path("health/live", views.alive, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("reports/", include("reports.urls")),
    path("", include("intel.urls")),
    path("", include("cases.urls")),
    path("members/", include("members.urls")),
    path("custody/", include("custody.urls")),
    path("accounts/", include("members.account_urls")),
    path("notices/", include("notices.urls")),
    path("audit/", include("audit.urls")),
    path("language", switch_language, name="set-language"),
    path("api/v1/", include("alliance.api_urls")),
]

handler403 = "kit.http.forbidden"
handler404 = "kit.http.not_found"
handler429 = "kit.http.too_many"
handler500 = "kit.http.server_error"
