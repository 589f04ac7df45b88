"""A database of its own for a benchmark, and a region of any size written into it with the driver."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

MEMBERS = 12
ACTION_SIZE = 4
DAYS = 3 * 365  # three years
FIRST_DAY = date(2023, 1, 2)
LAST_MONTH = date(2025, 12, 1)
IBAN = "FR7630004000031234567890143"
PER_TEAM = 600  # participations in three years: about the ceiling of a team


def open_database(*, may_be_filled: bool = False) -> bool:
    """Set Django up on a fresh SQLite file, or on the database named by BENCH_DATABASE_URL; return whether it is empty.

    BENCH_FOLDER keeps the file, and the keys of what is encrypted, from one run to the next. Ends the process when the
    database is not empty, unless it ``may_be_filled``.
    """
    folder = os.environ.get("BENCH_FOLDER") or tempfile.mkdtemp(prefix="esp-clap-bench-")
    os.environ["DATA_DIR"] = folder
    os.environ["DATABASE_URL"] = os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["LOG_LEVEL"] = "ERROR"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from association.models import Team

    is_empty = not Team.objects.exists()
    if not is_empty and not may_be_filled:
        sys.exit("La base du banc d'essai n'est pas vide.")
    return is_empty


def write_region(participations: int) -> None:
    """Write validated actions of ``participations`` participations, four a meeting, over three years."""
    from actions.models import Action, Participation
    from association.bulk import insert_rows
    from association.fields import keyed_hash
    from association.models import Department, Membership, MembershipPeriod, Professional, Region, Team, User
    from association.workflow import enter_at
    from conventions.models import Adhesion, Convention, ConventionTerms
    from payments.models import Account, Beneficiary, Price

    hashed = keyed_hash(IBAN)

    def team(n: int) -> Team:
        return Team(
            code=f"T{n:05d}",
            name=f"Équipe {n}",
            kind="esp_clap",
            department=department,
            recognised_on=FIRST_DAY,
        )

    admin = User.objects.create_user("admin@bench.example", role="admin", full_name="Bench")
    region = Region.objects.create(code="52", name="Pays de la Loire")
    department = Department.objects.create(code="44", name="Loire-Atlantique", region=region)
    teams_count = max(1, participations // PER_TEAM)
    teams = enter_at(((team(n), "under_convention") for n in range(teams_count)), actor=admin, origin="bench")
    conventions = enter_at(
        (
            (
                Convention(
                    number=f"C{team.code}",
                    team=team,
                    starts_on=FIRST_DAY,
                    ends_on=date(2026, 12, 31),
                    signed_on=FIRST_DAY,
                    effective_on=FIRST_DAY,
                ),
                "signed",
            )
            for team in teams
        ),
        actor=admin,
        origin="bench",
    )
    ConventionTerms.objects.bulk_create(
        ConventionTerms(convention=convention, action_types=["RCP", "PPS"]) for convention in conventions
    )
    people = Professional.objects.bulk_create(
        (
            Professional(
                rpps=f"10{n:09d}", last_name="Nom", first_name="Prénom", profession=("10", "60", "21", "70")[n % 4]
            )
            for n in range(teams_count * MEMBERS)
        ),
        batch_size=2_000,
    )
    memberships = Membership.objects.bulk_create(
        (
            Membership(team=teams[n // MEMBERS], professional=person, joined_on=FIRST_DAY)
            for n, person in enumerate(people)
        ),
        batch_size=2_000,
    )
    MembershipPeriod.objects.bulk_create(
        (MembershipPeriod(membership=membership, status="confirme") for membership in memberships),
        batch_size=2_000,
    )
    enter_at(
        (
            (Adhesion(convention=conventions[n // MEMBERS], membership=membership, signed_on=FIRST_DAY), "signed")
            for n, membership in enumerate(memberships)
        ),
        actor=admin,
        origin="bench",
    )
    beneficiaries = Beneficiary.objects.bulk_create(
        (Beneficiary(professional=person) for person in people), batch_size=2_000
    )
    enter_at(
        (
            (
                Account(
                    beneficiary=beneficiary,
                    iban=IBAN,
                    iban_hash=hashed,
                    iban_last4="0143",
                    holder="Nom",
                    origin="reprise",
                    entered_by=admin,
                ),
                "verified",
            )
            for beneficiary in beneficiaries
        ),
        actor=admin,
        origin="bench",
    )
    for year in (2023, 2024, 2025):
        Price.objects.create(
            action_type="RCP",
            role="participant",
            amount_cents=50_00 + year % 10,
            starts_on=date(year, 1, 1),
            published_by=admin,
        )
    actions_count = participations // ACTION_SIZE
    insert_rows(
        Action,
        ["id", "state", "reference", "team", "type", "held_on", "declared_on", "modality", "theme",
         "deadline_lifted_reason", "attestation_number", "not_funded_elsewhere", "version", "created_at"],
        (
            (n, "validated", f"A{n:07d}", teams[n % teams_count].pk, "RCP", day, day, "", "", "", "", True, 0,
             f"{day} 00:00:00Z")
            for n, day in ((n, FIRST_DAY + timedelta(days=n % DAYS)) for n in range(1, actions_count + 1))
        ),
    )  # fmt: skip
    insert_rows(
        Participation,
        ["action", "professional", "role", "refused_reason"],
        (
            (n, people[(n % teams_count) * MEMBERS + (n + k) % MEMBERS].pk, "participant", "")
            for n in range(1, actions_count + 1)
            for k in range(ACTION_SIZE)
        ),
    )
