"""Evidence and its custody."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
