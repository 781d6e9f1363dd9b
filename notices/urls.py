"""The addresses of being told, in the portal."""

from django.urls import path

from notices.views import notices, watches, webhooks

app_name = "notices"
urlpatterns = [
    path("", notices.notice_list, name="notices"),
    path("bell", notices.bell, name="bell"),
    path("read", notices.notices_read, name="notices-read"),
    path("<uuid:ref>", notices.notice_open, name="notice-open"),
    path("<uuid:ref>/moment", notices.moment, name="moment"),
    path("<uuid:ref>/read", notices.notice_read, name="notice-read"),
    path("watches", watches.watch_list, name="watches"),
    path("watches/own", watches.watch_own, name="watch-own"),
    path("watches/clue", watches.watch_clue, name="watch-clue"),
    path("watches/<uuid:ref>/removal", watches.watch_remove, name="watch-remove"),
    path("webhooks", webhooks.webhook_list, name="webhooks"),
    path("webhooks/new", webhooks.webhook_create, name="webhook-create"),
    path("webhooks/<uuid:ref>", webhooks.webhook_detail, name="webhook-detail"),
    path("webhooks/<uuid:ref>/change", webhooks.webhook_change, name="webhook-change"),
    path("webhooks/<uuid:ref>/rotation", webhooks.webhook_rotate, name="webhook-rotate"),
    path("webhooks/<uuid:ref>/test", webhooks.webhook_try, name="webhook-test"),
    path("webhooks/<uuid:ref>/off", webhooks.webhook_disable, name="webhook-disable"),
    path("webhooks/<uuid:ref>/on", webhooks.webhook_enable, name="webhook-enable"),
    path("webhooks/<uuid:ref>/removal", webhooks.webhook_remove, name="webhook-remove"),
    path("webhooks/<uuid:ref>/replay", webhooks.webhook_replay, name="webhook-replay"),
    path("webhooks/<uuid:ref>/replay/<int:sequence>", webhooks.delivery_replay, name="delivery-replay"),
]
