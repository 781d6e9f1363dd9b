"""Victims: represented customers and seized lists."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
