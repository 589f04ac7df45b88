"""Every page as a person meets it: no barrier, no complaint of the browser, nothing wider than the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from association.jobs import run_job
from association.models import User
from config.import_jobs import CHECK_JOB
from payments.services.exporting import request_export
from tests.browser.conftest import Visit
from tests.factories import JobFactory, TeamFactory
from tests.payments.office import AUGUST, Office

pytestmark = pytest.mark.browser
LOOKS = [("light", 1280), ("light", 390), ("dark", 1280), ("dark", 390)]
REPORT = {
    "faults": [
        {
            "sheet": "Équipes",
            "row": 2,
            "column": "Nature",
            "found": "Amicale",
            "expected": "ESP CLAP ou ESS",
            "severity": "fault",
            "sentence": "« Amicale » n'est pas une nature d'équipe.",
            "coordinate": "C2",
        }
    ],
    "warnings": [],
    "faults_count": 1,
    "warnings_count": 0,
    "counts": {},
    "details": {},
    "loaded": False,
}


@pytest.fixture
def addresses(office: Office) -> dict[str, list[str]]:
    """Return the addresses to visit by role: one run exported, the next one submitted, with lines of every sort."""
    office.rcp(date(2026, 7, 6))
    exported = office.approved()
    run_job(request_export(run=exported, actor=office.treasurer).pk)
    office.rcp(date(2026, 8, 6))
    office.rcp(date(2026, 8, 7), people=1)
    open_run = office.submitted(AUGUST)
    TeamFactory(registered=True)
    failed = JobFactory(failed=True, created_by=office.staff)
    found = JobFactory(
        done=True, kind=CHECK_JOB, params={"document": 0}, summary={"report": REPORT}, created_by=office.admin
    )
    team = f"/equipes/{office.team.pk}/"
    runs = [f"/paiements/{run.pk}/" for run in (exported, open_run)]
    parts = [f"{run}{part}/" for run in runs for part in ("indemnites", "non-indemnises", "totaux", "virements")]
    return {
        "treasurer": ["/", "/equipes/", team, "/actions/", "/paiements/", "/paiements/preparer/", *runs, *parts],
        "staff": [
            runs[1],
            f"/taches/{failed.pk}/",
            "/equipes/nouvelle/",
            f"{team}modifier/",
            f"{team}membres/ajouter/",
            f"/membres/{office.team.memberships.first().pk}/",
        ],
        "admin": ["/import/", f"/import/{found.pk}/", "/nulle-part/", "/paiements/"],
        "ars": ["/", team],
        "referent": ["/", team],
    }


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_no_page_has_a_barrier(
    visit: Visit, addresses: dict[str, list[str]], people: Callable[[str], User], theme: Any, width: int
) -> None:
    visit.page.emulate_media(color_scheme=theme)
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.open("/compte/login/")
    found = {"/compte/login/": visit.barriers()}
    for role, paths in addresses.items():
        visit.sign_in(people(role))
        for path in paths:
            visit.open(path)
            found[f"{role} {path}"] = visit.barriers() + (
                [f"{visit.overflow()} px too wide"] if visit.overflow() > 0 else []
            )
    visit.forgive("404", "403")
    assert {path: said for path, said in found.items() if said} == {}
