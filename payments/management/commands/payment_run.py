"""``manage.py payment_run STEP MONTH``: the monthly run from the command line, on the services of the web."""

from __future__ import annotations

import json
import shutil
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from association.documents import verified_path
from association.jobs import run_here
from association.machine import TransitionRefused
from association.models import Job, User
from association.money import euros
from payments.models import Run
from payments.selectors.runs import live_files, parse_month, summary
from payments.services import exporting, preparing, runs

STEPS = (
    "prepare",
    "submit",
    "send_back",
    "countersign",
    "approve",
    "export",
    "settle",
    "void",
    "cancel",
    "take_back",
    "show",
)


class Command(BaseCommand):
    help = "Prépare, soumet, approuve, exporte ou montre un paiement mensuel."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("step", choices=STEPS, help="étape")
        parser.add_argument("month", help="mois, AAAA-MM (AAAA-MM/2 : deuxième paiement du mois)")
        parser.add_argument("--as", dest="email", help="courriel de la personne qui agit")
        parser.add_argument("--reason", default="", help="motif (send_back, void, cancel, take_back)")
        parser.add_argument("--extra", action="store_true", help="avec prepare : paiement complémentaire")
        parser.add_argument("--out", type=Path, help="avec export : dossier où copier les fichiers")
        parser.add_argument("--json", action="store_true", help="un objet JSON sur la sortie")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            month, sequence = parse_month(options["month"])
            run, warnings = self.step(month, sequence, options)
        except (TransitionRefused, PermissionDenied, ValueError) as refused:
            raise CommandError(str(refused)) from refused
        files = self.copies(run, options["out"])
        self.report(run, files, warnings, as_json=options["json"])

    def step(self, month: Any, sequence: int, options: dict[str, Any]) -> tuple[Run, list[str]]:
        """Do the step asked for and return the run, with what has to be said of it."""
        name = options["step"]
        if name == "show":
            return runs.find_run(month=month, sequence=sequence), []
        actor = self.actor(options["email"], name)
        if name == "prepare":
            if sequence != 1:
                raise CommandError("Un paiement complémentaire se prépare par son mois : prepare AAAA-MM --extra.")
            job = preparing.request_preparation(month=month, actor=actor, extra=options["extra"])
            return Run.objects.get(pk=self.done(job).summary["run_id"]), []
        run = runs.find_run(month=month, sequence=sequence)
        if name == "export":
            job = self.done(exporting.request_export(run=run, actor=actor))
            return fresh(run), list(job.summary["remarks"])
        reason = options["reason"]
        services: dict[str, Callable[[], Run]] = {
            "submit": lambda: runs.submit_run(run=run, actor=actor),
            "send_back": lambda: runs.send_back_run(run=run, actor=actor, reason=reason),
            "countersign": lambda: runs.countersign_run(run=run, actor=actor),
            "approve": lambda: runs.approve_run(run=run, actor=actor),
            "settle": lambda: runs.settle_run(run=run, actor=actor),
            "void": lambda: runs.void_run(run=run, actor=actor, reason=reason),
            "cancel": lambda: runs.cancel_run(run=run, actor=actor, reason=reason),
            "take_back": lambda: exporting.declare_not_transmitted(run=run, actor=actor, reason=reason),
        }
        return services[name](), []

    def actor(self, email: str | None, step: str) -> User:
        """Return who acts; only the preparation may be done by the system."""
        if not email:
            if step == "prepare":
                return User.objects.system()
            raise CommandError("Indiquez qui agit : --as COURRIEL.")
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"Aucun compte actif pour « {email} ».")
        return user

    def done(self, job: Job) -> Job:
        """Do the job in this process, whatever workers there are."""
        job = run_here(job)
        if job.state == Job.State.FAILED:
            raise CommandError(job.error)
        if job.state != Job.State.DONE:
            raise CommandError(f"Cette tâche est déjà en cours ailleurs : {job.title}. Réessayez dans un instant.")
        return job

    def copies(self, run: Run, out: Path | None) -> list[str]:
        """Return where the files of the run lie, copied to ``out`` if it is given."""
        documents = live_files(run)
        if out is None:
            return [str(document.path) for document in documents]
        out.mkdir(parents=True, exist_ok=True)
        return [str(shutil.copyfile(verified_path(d), out / d.filename)) for d in documents]

    def report(self, run: Run, files: list[str], warnings: list[str], *, as_json: bool) -> None:
        figures = {**asdict(summary(run)), "files": files}
        if as_json:
            self.stdout.write(json.dumps({**figures, "warnings": warnings}, ensure_ascii=False))
            return
        self.stdout.write(f"Paiement mensuel {run.name} : {run.get_state_label()}")
        self.stdout.write(
            f"  {figures['lines']} indemnités, {euros(figures['due_cents'])} ; "
            f"{figures['payments']} virements, {euros(figures['paid_cents'])} ; "
            f"en attente de RIB {euros(figures['waiting_cents'])}"
        )
        for reason, count in figures["excluded"].items():
            self.stdout.write(f"  non indemnisé {reason} : {count}")
        for sentence in [*figures["errors"], *warnings]:
            self.stdout.write(f"  {sentence}")
        for path in files:
            self.stdout.write(f"  fichier : {path}")


def fresh(obj: Any) -> Any:
    """Read a row again."""
    return type(obj)._base_manager.get(pk=obj.pk)
