"""The demonstration of ``make run``: an invented region, and its last full month prepared, approved and exported.

Made once, on an empty database; what was begun and interrupted goes on at the next start. Nothing that a person did
afterwards is touched: ``demonstration.json`` in the data folder says how far it came.
"""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import CommandError, OutputWrapper
from django.utils import timezone

from association.models import Team, User
from association.money import euros
from config.demo.users import ACCOUNTS, DEMO_PASSWORD, DOMAIN
from payments.models import Run
from payments.selectors.runs import summary
from payments.services.runs import last_month

SUBMITTER, TREASURER = f"gestion@{DOMAIN}", f"tresorier@{DOMAIN}"
# What a run still needs before its file is there, by its state: step and who takes it.
NEXT_STEP: dict[str | None, tuple[str, str]] = {
    None: ("prepare", SUBMITTER),
    Run.State.DRAFT: ("submit", SUBMITTER),
    Run.State.SUBMITTED: ("approve", TREASURER),
    Run.State.APPROVED: ("export", TREASURER),
}
NARROW_SPACE = "\u202f"


def ensure(out: OutputWrapper) -> None:
    """Make the demonstration if the database is empty, or go on with one that was interrupted.

    Raises:
        CommandError: when a command it stands on is missing or refuses, in French.
    """
    progress = _read()
    if not Team.objects.exists():
        progress = {"month": last_month(timezone.localdate()).isoformat(), "done": False}
        _write(progress)
        out.write("Région de démonstration : création des équipes, des professionnels et de leurs actions…")
        _command("seed_demo", stdout=StringIO())
    if progress is None or progress["done"]:
        return
    _pay(progress["month"][:7], out)
    _write({**progress, "done": True})


def describe(out: OutputWrapper) -> None:
    """Say where the payment workbook lies, its totals, and who can sign in."""
    progress = _read()
    if progress is None:
        out.write("La base contient déjà des données : la démonstration n'y a rien ajouté.")
    else:
        for line in _payment_lines(progress["month"][:7]):
            out.write(line)
    accounts = {user.email: user for user in User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True)}
    if accounts:
        out.write(f"\nComptes de démonstration (mot de passe : {DEMO_PASSWORD})")
        for name, *_ in ACCOUNTS:
            if user := accounts.get(f"{name}@{DOMAIN}"):
                out.write(f"  {user.email:<24} {user.get_role_display()}")


def _pay(month: str, out: OutputWrapper) -> None:
    said: set[str | None] = set()
    while (step := NEXT_STEP.get(state := _state(month))) and state not in said:
        said.add(state)
        name, email = step
        if name == "prepare":
            out.write(f"Paiement mensuel {month} : préparation, soumission, bon à payer, export…")
        _command("payment_run", name, month, email=email, stdout=StringIO())


def _payment_lines(month: str) -> list[str]:
    run = _run(month)
    if run is None:
        return []
    figures = summary(run)
    excluded = sum(figures.excluded.values())
    return [
        f"\nPaiement mensuel {month} : {run.get_state_label().lower()}",
        f"  {_count(figures.lines)} indemnités, {euros(figures.due_cents)} ; "
        f"{_count(figures.payments)} virements, {euros(figures.paid_cents)}",
        f"  en attente de RIB : {euros(figures.waiting_cents)} ; non indemnisés : {_count(excluded)}",
        *(f"  classeur de paiement : {path}" for path in figures.files),
    ]


def _command(name: str, *arguments: str, **options: Any) -> None:
    if name not in get_commands():
        raise CommandError(f"La commande « {name} » n'existe pas encore : la démonstration ne peut pas se faire.")
    call_command(name, *arguments, **options)


def _run(month: str) -> Run | None:
    gone = [Run.State.CANCELLED, Run.State.VOIDED]
    runs = Run.objects.filter(kind=Run.Kind.REGULAR, month=f"{month}-01").exclude(state__in=gone)
    return runs.first()


def _state(month: str) -> str | None:
    run = _run(month)
    return None if run is None or (run.build is None and run.state == Run.State.DRAFT) else run.state


def _count(number: int) -> str:
    return f"{number:,}".replace(",", NARROW_SPACE)


def _file() -> Path:
    return Path(settings.DATA_DIR) / "demonstration.json"


def _read() -> dict[str, Any] | None:
    return json.loads(_file().read_text()) if _file().exists() else None


def _write(progress: dict[str, Any]) -> None:
    draft = _file().with_suffix(".tmp")
    draft.write_text(json.dumps(progress))
    draft.replace(_file())
