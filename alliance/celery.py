"""The Celery application. Tasks are named `app.verb_noun` and take primary keys."""

import logging.config
import os

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")

app = Celery("alliance")
app.config_from_object("django.conf:settings", namespace="CELERY")
# The worker's lines carry the request id of the request that enqueued the task.
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def _use_our_logs(**_: object) -> None:
    logging.config.dictConfig(settings.LOGGING)
