"""The addresses of members in the portal."""

from django.urls import URLPattern

app_name = "members"
urlpatterns: list[URLPattern] = []
