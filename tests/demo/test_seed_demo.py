"""``manage.py seed_demo``: refusals, accounts only, the same region for the same numbers."""

from __future__ import annotations

import hashlib
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models, transaction

from actions.models import Action, Participation
from association.models import Commune, Company, Membership, MembershipPeriod, Professional, Role, Team, User
from config.demo import DEMO_PASSWORD, NoTerritory, Span, places, seed_region
from conventions.models import Adhesion, Convention, ConventionTerms
from payments.models import Account, DueLine, Payment, Price, Run
from tests.demo.conftest import make_territory

ROLES = {
    "gestion@demo.example": Role.STAFF,
    "tresorier@demo.example": Role.TREASURER,
    "president@demo.example": Role.TREASURER,
    "ars@demo.example": Role.ARS,
    "delegation@demo.example": Role.ARS,
    "controle@demo.example": Role.AUDITOR,
    "referent@demo.example": Role.REFERENT,
    "admin@demo.example": Role.ADMIN,
}
SMALL = Span(date(2026, 10, 1), 4)
# What a region is, without ids, ciphertexts and the instants of writing.
MAIN: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Team, ("code", "name", "kind", "state", "department", "recognised_on", "closed_on", "outcome", "created_at")),
    (Professional, ("rpps", "last_name", "first_name", "profession", "email", "mssante", "phone", "commune")),
    (Company, ("code", "name", "siret")),
    (Membership, ("team__code", "professional__rpps", "joined_on", "left_on", "is_referent")),
    (MembershipPeriod, ("membership__professional__rpps", "status", "mode", "starts_on", "place", "company__code")),
    (Convention, ("number", "state", "starts_on", "ends_on", "signed_on", "effective_on", "terminated_on")),
    (ConventionTerms, ("convention__number", "effective_on", "ceiling_cents", "action_types")),
    (Adhesion, ("convention__number", "membership__professional__rpps", "state", "signed_on", "ended_on")),
    (Action, ("reference", "type", "state", "held_on", "declared_on", "theme", "patients_count", "duration_minutes")),
    (Participation, ("action__reference", "professional__rpps", "role", "refused_reason")),
    (Price, ("kind", "action_type", "role", "profession", "starts_on", "amount_cents", "yearly_cap")),
    (Account, ("iban", "holder", "bic", "state", "entered_at")),
    (DueLine, ("run__month", "participation__action__reference", "professional__rpps", "kind", "amount_cents")),
    (Payment, ("run__month", "amount_cents", "state", "paid_on", "holder")),
    (Run, ("month", "kind", "state", "lines_count", "new_cents", "paid_cents", "closing_cents")),
)


def fingerprint() -> dict[str, str]:
    """Return a checksum per table."""
    found = {}
    for model, names in MAIN:
        rows = sorted(map(repr, model._base_manager.order_by().values_list(*names)))
        found[model.__name__] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def seed_and_forget(*, seed: int) -> dict[str, str]:
    with transaction.atomic():
        seed_region(teams=14, span=SMALL, seed=seed)
        found = fingerprint()
        transaction.set_rollback(True)
    return found


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("seed_demo", *arguments, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_seed_region_twice_with_the_same_seed_gives_the_same_region() -> None:
    make_territory()
    first, again = seed_and_forget(seed=7), seed_and_forget(seed=7)
    assert {name for name in first if first[name] != again[name]} == set()


@pytest.mark.django_db
def test_seed_region_with_another_seed_gives_another_region() -> None:
    make_territory()
    first, other = seed_and_forget(seed=7), seed_and_forget(seed=8)
    assert {name for name in first if first[name] == other[name]} <= {"Price", "Run"}


@pytest.mark.django_db
def test_seed_demo_says_what_was_made() -> None:
    make_territory()
    said = run("--teams", "3", "--months", "4", "--until", "2026-01")
    assert "3\u00a0équipes" in said
    assert "Barème d'exemple" in said
    assert "Reste à payer\u00a0: 2026-01" in said


@pytest.mark.django_db
def test_seed_demo_twice_does_nothing_the_second_time() -> None:
    make_territory()
    run("--teams", "2", "--months", "4", "--until", "2026-01")
    before = fingerprint()
    assert "rien n'a été fait" in run("--teams", "2", "--months", "4", "--until", "2026-01")
    assert fingerprint() == before


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [(), ("--users-only",)])
def test_seed_demo_in_production_is_refused(settings: Any, arguments: tuple[str, ...]) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        run(*arguments)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_seed_demo_users_only_makes_one_account_per_role() -> None:
    assert DEMO_PASSWORD in run("--users-only")
    assert dict(User.objects.values_list("email", "role")) == ROLES
    assert all(user.check_password(DEMO_PASSWORD) for user in User.objects.all())
    assert not Team.objects.exists()


@pytest.mark.django_db
def test_seed_demo_users_only_twice_changes_nothing() -> None:
    run("--users-only")
    before = list(User.objects.order_by("id").values_list())
    assert "rien à faire" in run("--users-only")
    assert list(User.objects.order_by("id").values_list()) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments", [("--until", "2999-01"), ("--months", "3"), ("--teams", "0")], ids=["future", "months", "teams"]
)
def test_seed_demo_with_impossible_numbers_is_refused_in_french(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=r"terminé|Indiquez"):
        run(*arguments)
    assert not Team.objects.exists()


@pytest.mark.django_db
def test_seed_demo_without_territory_loads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def load(name: str, **options: Any) -> None:
        asked.append(name)
        make_territory()

    monkeypatch.setattr(places, "call_command", load)
    assert len(places.region_communes()) == 10
    assert asked == ["load_territory"]


@pytest.mark.django_db
def test_seed_demo_in_a_region_without_commune_is_refused(settings: Any) -> None:
    make_territory()
    Commune.objects.filter(department__region_id="53").delete()
    settings.REGION = "53"
    with pytest.raises(NoTerritory, match="REGION"):
        places.region_communes()
    with pytest.raises(CommandError, match="REGION"):
        run("--teams", "1", "--months", "4", "--until", "2026-01")
    assert not User.objects.exists()
