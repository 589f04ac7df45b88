"""``manage.py seed_demo``: demo accounts and a demo region. Refused in production."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from association.money import NARROW_SPACE, SPACE, euros
from config.demo import DEMO_PASSWORD, AlreadySeeded, NoTerritory, Span, Summary, seed_region, seed_users
from payments.services.runs import last_month

FEWEST_MONTHS = 4


class Command(BaseCommand):
    help = "Crée une région de démonstration : communes réelles, personnes inventées. Refusé en production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--teams", type=int, default=150, metavar="N", help="nombre d'équipes (150)")
        parser.add_argument("--months", type=int, default=24, metavar="M", help="nombre de mois (24)")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="graine du tirage (1)")
        parser.add_argument(
            "--until", type=_month, metavar="AAAA-MM", help="dernier mois (par défaut, le dernier mois entier)"
        )
        parser.add_argument("--users-only", action="store_true", help="seulement les comptes de démonstration")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Refusé\u00a0: pas de données de démonstration en production.")
        if options["users_only"]:
            self._users()
        else:
            self._region(options)

    def _users(self) -> None:
        _, made = seed_users()
        if made:
            self.stdout.write(f"{made} comptes de démonstration créés, mot de passe\u00a0: {DEMO_PASSWORD}")
        else:
            self.stdout.write("Les comptes de démonstration existent déjà, rien à faire.")

    def _region(self, options: dict[str, Any]) -> None:
        span = _span(options["until"], options["months"])
        if options["teams"] < 1:
            raise CommandError("Indiquez au moins une équipe (--teams).")
        try:
            summary = seed_region(
                teams=options["teams"],
                span=span,
                seed=options["seed"],
                say=self.stdout.write if options["verbosity"] > 1 else lambda sentence: None,
            )
        except AlreadySeeded:
            self.stdout.write("La base contient déjà des équipes\u00a0: rien n'a été fait.")
            return
        except NoTerritory as error:
            raise CommandError(str(error)) from error
        for line in _lines(summary):
            self.stdout.write(line)


def _month(text: str) -> date:
    return datetime.strptime(text, "%Y-%m").replace(day=1).date()  # noqa: DTZ007 - a month has no time zone


def _span(until: date | None, months: int) -> Span:
    latest = last_month(timezone.localdate())
    if until is not None and until > latest:
        raise CommandError(f"Le mois {until:%Y-%m} n'est pas terminé\u00a0: au plus tard {latest:%Y-%m} (--until).")
    if months < FEWEST_MONTHS:
        raise CommandError(f"Indiquez au moins {FEWEST_MONTHS} mois (--months).")
    return Span(until or latest, months)


def _lines(summary: Summary) -> list[str]:
    made = ", ".join(
        f"{_number(count)}{SPACE}{words}"
        for count, words in (
            (summary.teams, "équipes"),
            (summary.professionals, "professionnels"),
            (summary.conventions, "conventions"),
            (summary.actions, "actions"),
            (summary.participations, "participations"),
        )
    )
    opening = summary.opening
    return [
        f"Région de démonstration\u00a0: {made}.",
        f"Barème d'exemple\u00a0: {summary.prices} tarifs inventés, le barème réel n'est pas public.",
        f"Reprise des mois déjà payés\u00a0: {_number(opening.lines)} indemnités, {euros(opening.cents)}.",
        *(
            f"Paiement mensuel {month.name}\u00a0: {_number(month.lines)} indemnités, {euros(month.paid_cents)} payés, "
            f"{euros(month.waiting_cents)} en attente."
            for month in summary.settled
        ),
        f"Reste à payer\u00a0: {summary.last_month:%Y-%m}.",
    ]


def _number(count: int) -> str:
    return f"{count:,}".replace(",", NARROW_SPACE)
