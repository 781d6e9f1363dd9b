"""The police's part: units, invitations, status, measures, requests, outcomes."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
