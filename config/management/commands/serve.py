"""``manage.py serve``: the whole site in one process (the embedded mode); with ``--demo``, a region to look at."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import demonstration

BACKLOG = 128
THREADS = 8


class Command(BaseCommand):
    help = "Sert le site et fait ses tâches dans un seul processus, sans rien d'installé (mode embarqué)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="région de démonstration, si la base est vide")
        parser.add_argument("--host", default="127.0.0.1", help="adresse d'écoute (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port d'écoute (8000)")

    def handle(self, *args: Any, demo: bool, host: str, port: int, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("« serve » est le mode embarqué ; en production, lancez gunicorn et les workers Celery.")
        for name in (signal.SIGTERM, signal.SIGINT):  # a shell starts background processes deaf to Ctrl-C
            signal.signal(name, signal.default_int_handler)
        door = self.bind(host, port)
        try:
            self.stdout.write("Base de données : mise à jour…")
            call_command("migrate", verbosity=0, interactive=False)
            call_command("load_territory", stdout=self.stdout)
            if demo:
                demonstration.ensure(self.stdout)
                demonstration.describe(self.stdout)
            self.serve(door, host, port)
        except KeyboardInterrupt:
            self.leave()

    def bind(self, host: str, port: int) -> socket.socket:
        """Take the port before anything else: whoever waits a minute should not learn at its end that it is taken."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        door = socket.socket(family, socket.SOCK_STREAM)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
            door.listen(BACKLOG)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Le port {port} est déjà pris : le site tourne peut-être déjà sur {address(host, port)} ; "
                    f"sinon choisissez-en un autre (make run PORT={port + 1})."
                ) from None
            raise CommandError(f"Impossible d'écouter sur {host}:{port} ({error.strerror}).") from None
        return door

    def serve(self, door: socket.socket, host: str, port: int) -> None:
        """Answer requests until Ctrl-C."""
        tempfile.tempdir = str(settings.FILE_UPLOAD_TEMP_DIR)  # the server too keeps a large request in a file
        import waitress.server

        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a page that waits a moment is no news

        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # whitenoise warns about a missing folder
        from config.wsgi import application

        jobs = None
        if settings.EMBEDDED_JOBS:
            from config.embedded_jobs import EmbeddedJobs

            jobs = EmbeddedJobs()
            jobs.start()
        server = waitress.server.create_server(application, sockets=[door], threads=THREADS, ident="")
        self.stdout.write(f"\nLe site est ouvert : {address(host, port)}   (Ctrl-C pour arrêter)")
        self.stdout.flush()
        try:
            server.asyncore.loop(timeout=1, map=server._map)
        finally:
            if jobs is not None:
                jobs.stop()

    def leave(self) -> None:
        """End at once: what a thread was doing is in its row, and the next start goes on with it."""
        self.stdout.write("\nSite arrêté.")
        self.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
