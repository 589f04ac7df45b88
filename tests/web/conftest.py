"""A small association with one run that went all the way, and somebody signed in for each role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from django.test import Client

from association.jobs import run_job
from association.models import Document, Job, Membership, Role, User
from payments.models import Run
from payments.services.exporting import request_export
from payments.services.preparing import request_preparation
from payments.services.runs import approve_run, submit_run
from tests.factories import UserFactory
from tests.payments.office import JULY, Office

ROLES = ("staff", "treasurer", "ars", "auditor", "referent", "admin")


@dataclass
class World:
    """The objects that the addresses of the site point at."""

    office: Office
    users: dict[str, User]
    run: Run
    preparation: Job
    export: Job
    document: Document


@pytest.fixture
def office(db: None) -> Office:
    return Office()


@pytest.fixture
def users(office: Office) -> dict[str, User]:
    """One person per role; the referent is the first member of the team."""
    person = office.people[0]
    Membership.objects.filter(professional=person).update(is_referent=True)
    return {
        "staff": office.staff,
        "treasurer": office.treasurer,
        "admin": office.admin,
        "ars": UserFactory(ars=True),
        "auditor": UserFactory(auditor=True),
        "referent": UserFactory(role=Role.REFERENT, professional=person),
    }


@pytest.fixture
def world(office: Office, users: dict[str, User]) -> World:
    """July 2026, prepared, approved and exported."""
    office.rcp(date(2026, 7, 6))
    office.rcp(date(2026, 7, 7), people=1)
    preparation = request_preparation(month=JULY, actor=office.staff)
    run_job(preparation.pk)
    run = approve_run(run=submit_run(run=Run.objects.get(), actor=office.staff), actor=office.treasurer)
    export = request_export(run=run, actor=office.treasurer)
    run_job(export.pk)
    export.refresh_from_db()
    return World(office, users, Run.objects.get(), preparation, export, export.result)


@pytest.fixture
def signed_in(users: dict[str, User]) -> Callable[[str], Client]:
    """Return a function from a role to a client signed in with it."""

    def of(role: str) -> Client:
        client = Client()
        client.force_login(users[role])
        return client

    return of


def plain(response) -> str:  # type: ignore[no-untyped-def]
    """Return the text of a page with plain spaces and apostrophes, for comparisons."""
    text = response.content.decode()
    for typed in ("\u00a0", "\u202f", "&nbsp;"):
        text = text.replace(typed, " ")
    return " ".join(text.replace("’", "'").replace("&#x27;", "'").split())
