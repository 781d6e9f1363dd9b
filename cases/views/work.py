"""The work in a case: tasks, comments, related cases."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
