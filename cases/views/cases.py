"""Cases: the list, opening, inviting, handing over, closing."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
