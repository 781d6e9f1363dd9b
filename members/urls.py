"""The addresses of members in the portal."""

from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("whoami", views.whoami, name="whoami"),
    path("profile", views.profile, name="profile"),
    path("profile/sessions/end", views.sessions_end, name="sessions-end"),
    path("enrol", views.enrol, name="enrol"),
    path("users", views.user_list, name="users"),
    path("users/invite", views.user_invite, name="user-invite"),
    path("users/<uuid:ref>", views.user_detail, name="user-detail"),
    path("users/<uuid:ref>/renew", views.user_renew, name="user-renew"),
    path("users/<uuid:ref>/disable", views.user_disable, name="user-disable"),
    path("users/<uuid:ref>/enable", views.user_enable, name="user-enable"),
    path("four-eyes", views.four_eyes, name="four-eyes"),
    path("credentials", views.credential_list, name="credentials"),
    path("credentials/create", views.credential_create, name="credential-create"),
    path("credentials/<uuid:ref>/revoke", views.credential_revoke, name="credential-revoke"),
    path("institutions", views.institution_list, name="institutions"),
    path("institutions/onboard", views.institution_onboard, name="institution-onboard"),
    path("institutions/<uuid:ref>", views.institution_detail, name="institution-detail"),
    path("institutions/<uuid:ref>/suspend", views.institution_suspend, name="institution-suspend"),
    path("institutions/<uuid:ref>/reinstate", views.institution_reinstate, name="institution-reinstate"),
    path("circles", views.circle_list, name="circles"),
    path("circles/create", views.circle_create, name="circle-create"),
    path("circles/<uuid:ref>", views.circle_detail, name="circle-detail"),
    path("circles/<uuid:ref>/confidential", views.circle_change, name="circle-change"),
    path("circles/<uuid:ref>/join", views.circle_join, name="circle-join"),
    path("circles/<uuid:ref>/leave/<uuid:institution>", views.circle_leave, name="circle-leave"),
    path("circles/<uuid:ref>/voice-libraries", views.voice_library_register, name="voice-library-register"),
]
