"""Write a message from another process, as a page does."""

from typing import Any

from django.core.management.base import BaseCommand

from association.mails import queue_mail
from association.models import User


class Command(BaseCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        queue_mail(to="r@cabinet.example", subject="Essai", body="Bonjour.", team=None, actor=User.objects.system())
