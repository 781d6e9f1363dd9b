"""The addresses of the API, version 1; each app lists its own in its `api` module."""

from django.urls import URLPattern

app_name = "api"
urlpatterns: list[URLPattern] = []
