"""The addresses of intel in the portal."""

from django.urls import path

from intel.views import collisions, handshakes, home, submissions

app_name = "intel"
urlpatterns = [
    path("home", home.home, name="home"),
    path("submit", submissions.submit, name="submit"),
    path("submit/file", submissions.submit_file, name="submit-file"),
    path("submissions", submissions.submissions, name="submissions"),
    path("submissions/<uuid:ref>", submissions.submission_detail, name="submission-detail"),
    path("submissions/<uuid:ref>/errors.csv", submissions.submission_errors, name="submission-errors"),
    path("jobs/<uuid:ref>/retry", submissions.job_retry, name="job-retry"),
    path("clues/<uuid:ref>", submissions.clue_detail, name="clue-detail"),
    path("clues/<uuid:ref>/withdrawal", submissions.clue_withdraw, name="clue-withdraw"),
    path("collisions", collisions.collisions, name="collisions"),
    path("collisions/find", collisions.find, name="find"),
    path("collisions/<uuid:ref>", collisions.collision_detail, name="collision-detail"),
    path("collisions/<uuid:ref>/handshakes", handshakes.handshake_offer, name="handshake-offer"),
    path("collisions/<uuid:ref>/handshakes/withdrawal", handshakes.handshake_withdraw, name="handshake-withdraw"),
]
