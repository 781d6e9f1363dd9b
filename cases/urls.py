"""The addresses of cases in the portal; each module of `views` lists its own."""

from django.urls import URLPattern

app_name = "cases"
urlpatterns: list[URLPattern] = []
