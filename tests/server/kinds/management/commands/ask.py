"""Ask for a job from another process, and say how long the asking took."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from association.jobs import broker_answers, request_job
from association.models import User


class Command(BaseCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind")
        parser.add_argument("params", type=json.loads)

    def handle(self, *args: Any, kind: str, params: dict[str, Any], **options: Any) -> None:
        system = User.objects.system()
        start = time.monotonic()
        job = request_job(kind=kind, title="Essai", key=kind, params=params, actor=system)
        seconds = time.monotonic() - start
        self.stdout.write(json.dumps({"job": job.pk, "seconds": seconds, "broker": broker_answers()}))
