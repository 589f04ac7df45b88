"""The demo accounts: one per role, one password for all, shown on screen. Never in production."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from association.models import Department, Membership, Role, Team, User

# Known to everybody: it opens demo accounts only, and the commands that make them refuse to run in production.
DEMO_PASSWORD = "soins-primaires-demo"  # noqa: S105
DOMAIN = "demo.example"

ACCOUNTS = (
    ("gestion", "Camille Gestion", Role.STAFF),
    ("tresorier", "Dominique Trésorerie", Role.TREASURER),
    ("president", "Claude Présidence", Role.TREASURER),
    ("ars", "Alix Agence", Role.ARS),
    ("delegation", "Noa Délégation", Role.ARS),
    ("controle", "Andrea Contrôle", Role.AUDITOR),
    ("referent", "Sacha Référence", Role.REFERENT),
    ("admin", "Maxence Administration", Role.ADMIN),
)
OFFICERS = (("mission1", "Inès Courtois"), ("mission2", "Yann Le Bihan"), ("mission3", "Aurélie Fontaine"))


@dataclass(frozen=True)
class DemoUsers:
    """The accounts by what they do in the demo; ``officers`` follow the teams and cannot sign in."""

    gestion: User
    tresorier: User
    president: User
    ars: User
    delegation: User
    controle: User
    referent: User
    admin: User
    officers: tuple[User, ...] = ()


@transaction.atomic
def seed_users(*, officers: bool = False) -> tuple[DemoUsers, int]:
    """Make the demo accounts that are missing; return all of them and how many were made.

    An account that is there keeps its password and its role. The referent is linked to a team as soon as there is one,
    the délégation to a department.
    """
    made = 0
    found: dict[str, User] = {}
    for name, full_name, role in ACCOUNTS:
        email = f"{name}@{DOMAIN}"
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            user = User.objects.create_user(email, DEMO_PASSWORD, full_name=full_name, role=role)
            made += 1
        found[name] = user
    staff: list[User] = []
    if officers:
        for name, full_name in OFFICERS:
            email = f"{name}@{DOMAIN}"
            user = User.objects.filter(email__iexact=email).first()
            if user is None:
                user = User.objects.create_user(email, None, full_name=full_name, role=Role.STAFF)
                made += 1
            staff.append(user)
    link_referent(found["referent"])
    link_delegation(found["delegation"])
    return DemoUsers(**found, officers=tuple(staff)), made


def link_referent(user: User) -> None:
    """Make the referent a real one: of the first team under convention that has any. Keeps a link that is there."""
    if user.role != Role.REFERENT or user.professional_id is not None:
        return
    stay = (
        Membership.objects.current()
        .filter(is_referent=True, team__state=Team.State.UNDER_CONVENTION)
        .order_by("team_id", "id")
        .first()
    )
    if stay is not None:
        user.professional_id = stay.professional_id
        user.save(update_fields=["professional"])


def link_delegation(user: User) -> None:
    """Make the account of the ARS's délégation one of a department: the first of the region. Keeps what is there."""
    if user.role != Role.ARS or user.department_id is not None:
        return
    user.department = Department.objects.filter(region_id=settings.REGION).order_by("code").first()
    if user.department is not None:
        user.save(update_fields=["department"])


def officer_of(department_id: str, users: DemoUsers) -> User:
    """Return who follows the teams of a department: the demo account of the staff those of the first one."""
    codes = list(
        Department.objects.filter(region__departments=department_id).order_by("code").values_list("code", flat=True)
    )
    officers = (users.gestion, *users.officers)
    return officers[codes.index(department_id) % len(officers)]
