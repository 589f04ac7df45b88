"""The Celery application: one generic task per job row (association.tasks); the schedule stands in the settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("esp_clap")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
