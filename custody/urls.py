"""The addresses of custody in the portal."""

from django.urls import URLPattern

app_name = "custody"
urlpatterns: list[URLPattern] = []
