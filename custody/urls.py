"""The addresses of custody in the portal."""

from django.urls import path

from custody import views

app_name = "custody"
urlpatterns = [
    path("evaluations", views.evaluate, name="evaluate"),
    path("ceremony", views.ceremony, name="ceremony"),
    path("budgets", views.budget_list, name="budgets"),
    path("budgets/new", views.budget_request, name="budget-request"),
    path("budgets/<uuid:ref>", views.budget_detail, name="budget-detail"),
    path("budgets/<uuid:ref>/approval", views.budget_approve, name="budget-approve"),
    path("budgets/<uuid:ref>/grant", views.budget_grant, name="budget-grant"),
    path("budgets/<uuid:ref>/refusal", views.budget_refuse, name="budget-refuse"),
    path("keys", views.keys, name="keys"),
    path("keys/<uuid:ref>/revocation", views.key_revoke, name="key-revoke"),
    path("custodians", views.custodians, name="custodians"),
]
