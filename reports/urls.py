"""The addresses of the regulator's pages."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("<slug:name>", views.detail, name="report"),
    path("<slug:name>.csv", views.download, name="download"),
]
