"""The addresses of the log in the portal."""

from django.urls import path

from audit import views

app_name = "audit"
urlpatterns = [path("log", views.log, name="log")]
