"""Sign-in: the pages of allauth this platform uses; sign-up by the public is not one of them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
