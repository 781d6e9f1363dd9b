"""Keys: the directory, and the grants of a case's key."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
