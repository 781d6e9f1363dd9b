"""The addresses of intel in the portal."""

from django.urls import path

from intel.views import approvals, collisions, handshakes, holds, home, opinions, submissions, warnings

app_name = "intel"
urlpatterns = [
    path("home", home.home, name="home"),
    path("submit", submissions.submit, name="submit"),
    path("submit/file", submissions.submit_file, name="submit-file"),
    path("submissions", submissions.submissions, name="submissions"),
    path("submissions/<uuid:ref>", submissions.submission_detail, name="submission-detail"),
    path("submissions/<uuid:ref>/errors.csv", submissions.submission_errors, name="submission-errors"),
    path("jobs/<uuid:ref>/retry", submissions.job_retry, name="job-retry"),
    path("clues/waiting", approvals.clues_waiting, name="clues-waiting"),
    path("clues/waiting/approval", approvals.clues_approve, name="clues-approve"),
    path("clues/waiting/refusal", approvals.clues_refuse, name="clues-refuse"),
    path("clues/<uuid:ref>", submissions.clue_detail, name="clue-detail"),
    path("clues/<uuid:ref>/withdrawal", submissions.clue_withdraw, name="clue-withdraw"),
    path("clues/<uuid:ref>/suspension", approvals.clue_suspend, name="clue-suspend"),
    path("clues/<uuid:ref>/resumption", approvals.clue_resume, name="clue-resume"),
    path("filings", approvals.filings_held, name="filings-held"),
    path("filings/<uuid:ref>/release", approvals.filing_release, name="filing-release"),
    path("filings/<uuid:ref>/refusal", approvals.filing_decline, name="filing-decline"),
    path("collisions/<uuid:ref>/opinion", opinions.opinion_give, name="opinion-give"),
    path("collisions/<uuid:ref>/opinion/withdrawal", opinions.opinion_withdraw, name="opinion-withdraw"),
    path("warnings", warnings.warnings, name="warnings"),
    path("warnings/in-force.json", warnings.in_force, name="warnings-in-force"),
    path("warnings/new", warnings.warning_propose, name="warning-propose"),
    path("warnings/<uuid:ref>", warnings.warning_list, name="warning-list"),
    path("warnings/<uuid:ref>/approval", warnings.warning_approve, name="warning-approve"),
    path("warnings/<uuid:ref>/refusal", warnings.warning_refuse, name="warning-refuse"),
    path("holds", holds.holds, name="holds"),
    path("holds/<uuid:ref>", holds.hold_review, name="hold-review"),
    path("holds/<uuid:ref>/delisting", holds.hold_delist, name="hold-delist"),
    path("collisions", collisions.collisions, name="collisions"),
    path("collisions/find", collisions.find, name="find"),
    path("collisions/triage", collisions.triage_many, name="triage"),
    path("collisions/export.xlsx", collisions.export, {"format": "xlsx"}, name="collisions-xlsx"),
    path("collisions/export.csv", collisions.export, {"format": "csv"}, name="collisions-csv"),
    path("collisions/views", collisions.view_save, name="view-save"),
    path("collisions/views/<uuid:ref>/deletion", collisions.view_delete, name="view-delete"),
    path("collisions/<uuid:ref>", collisions.collision_detail, name="collision-detail"),
    path("collisions/<uuid:ref>/triage", collisions.triage_one, name="collision-triage"),
    path("collisions/<uuid:ref>/handshakes", handshakes.handshake_offer, name="handshake-offer"),
    path("collisions/<uuid:ref>/handshakes/withdrawal", handshakes.handshake_withdraw, name="handshake-withdraw"),
]
