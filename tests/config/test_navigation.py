"""The navigation says where one is, also on pages whose address lies under no entry's own."""

from __future__ import annotations

import pytest

from association.models import Role
from config.context_processors import navigation
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/", "Accueil"),
        ("/equipes/12/", "Équipes"),
        ("/membres/3/sortie/", "Équipes"),
        ("/avenants/4/", "Conventions"),
        ("/societes/5/", "Professionnels"),
        ("/virements/", "Virements"),
    ],
)
def test_one_entry_is_marked_as_current(path: str, label: str) -> None:
    groups = navigation(UserFactory(role=Role.TREASURER), path)
    entries = [entry for group in groups for entry in group["entries"]]
    entries += [inner for entry in entries for inner in entry["inside"]]
    assert [entry["label"] for entry in entries if entry["current"]] == [label]
