"""The addresses of intel in the portal."""

from django.urls import path

from intel import views

app_name = "intel"
urlpatterns = [
    path("home", views.home, name="home"),
    path("submit", views.submit, name="submit"),
    path("submit/file", views.submit_file, name="submit-file"),
    path("submissions", views.submissions, name="submissions"),
    path("submissions/<uuid:ref>", views.submission_detail, name="submission-detail"),
    path("submissions/<uuid:ref>/errors.csv", views.submission_errors, name="submission-errors"),
    path("jobs/<uuid:ref>/retry", views.job_retry, name="job-retry"),
    path("clues/<uuid:ref>", views.clue_detail, name="clue-detail"),
    path("clues/<uuid:ref>/withdrawal", views.clue_withdraw, name="clue-withdraw"),
    path("collisions", views.collisions, name="collisions"),
    path("collisions/find", views.find, name="find"),
    path("collisions/<uuid:ref>", views.collision_detail, name="collision-detail"),
]
