"""The API of cases, a module a noun."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
