"""The roof: settings, wires, and what spans all floors (import, demo)."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
