"""Who takes part in every journey: the office, the ARS, and the people of the place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple

import pytest
from django.utils import timezone

from association.models import Commune, Professional, Theme, User
from tests.factories import CommuneFactory, ProfessionalFactory, UserFactory

FIRST_DAY = date(2026, 3, 2)


class EveryDatetime(type):
    """What stands for `datetime` recognises every one, as Django asks of a value that it writes in local time."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


class Cast(NamedTuple):
    staff: User
    admin: User
    ars: User
    commune: Commune
    theme: Theme
    doctor: Professional
    nurse: Professional
    pharmacist: Professional


@pytest.fixture(autouse=True)
def calendar(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Return a function that makes it the morning of a day, on the site only; its clock goes on from there.

    Every journey begins on the same day, so that pictures taken again show the same dates. Who was signed in for more
    than two weeks has to sign in again.
    """

    def go_to(day: date) -> None:
        away = datetime(day.year, day.month, day.day, 8, tzinfo=UTC) - datetime.now(tz=UTC)

        class Then(datetime, metaclass=EveryDatetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.now(tz) + away

        monkeypatch.setattr(timezone, "datetime", Then)

    go_to(FIRST_DAY)
    return go_to


@pytest.fixture
def cast(calendar: object, people: Callable[[str], User]) -> Cast:
    """Return who is known before the journey; everybody who signs in has the password of the tests."""
    staff, admin = people("staff"), people("admin")
    staff.full_name, admin.full_name = "Camille Gestion", "Dominique Réglage"
    staff.save()
    admin.save()
    return Cast(
        staff=staff,
        admin=admin,
        ars=UserFactory(ars=True, full_name="Alix Délégation"),
        commune=CommuneFactory(code="44003", name="Ancenis-Saint-Géréon"),
        theme=Theme.objects.get_or_create(name="Diabète")[0],
        doctor=_person("Martin", "Hélène", general_practitioner=True),
        nurse=_person("Riou", "Anaïs", nurse=True),
        pharmacist=_person("Tanguy", "Yann", pharmacist=True),
    )


def _person(last_name: str, first_name: str, **traits: bool) -> Professional:
    address = last_name.lower()
    person: Professional = ProfessionalFactory(
        last_name=last_name,
        first_name=first_name,
        email=f"{address}@test.example",
        mssante=f"{address}@mssante.example",
        **traits,
    )
    return person


@pytest.fixture(autouse=True)
def _look_at_the_end(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave a picture of where a journey stopped, where JOURNEY_STOPS names a folder."""
    page = request.getfixturevalue("page")
    yield
    if folder := os.environ.get("JOURNEY_STOPS"):
        page.screenshot(path=f"{folder}/{request.node.name}.png", full_page=True)
