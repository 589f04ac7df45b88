"""What conventions do together: reminded, issued, opened to signature."""

from __future__ import annotations

import pytest

from association.models import OutgoingMail, Role, User
from conventions.bulk_steps import ISSUE, OPEN_SIGNING, REMIND
from conventions.models import Convention
from tests import factories
from tests.conventions.making import drafted, in_signing, recognised_team
from tests.factories import AdhesionFactory, ConventionFactory
from tests.taking_steps import said, taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return factories.UserFactory(role=Role.STAFF)


def test_those_who_have_not_signed_are_written_to_once_a_day(staff: User) -> None:
    convention = in_signing(recognised_team(), staff)
    signed = ConventionFactory(signed=True)
    AdhesionFactory(convention=signed, signed=True)
    operation = taken(REMIND, Convention, staff)
    outcome, sentence = said(operation)[convention.pk]
    assert outcome == "done"
    assert sentence.startswith("Écrit à : ")
    assert sentence.count(",") == 2
    assert operation.skipped == [["aucune signature n’est attendue", 1]]
    assert OutgoingMail.objects.count() == 3

    again, why = said(taken(REMIND, Convention, staff))[convention.pk]
    assert again == "refused"
    assert why.startswith("Déjà écrit aujourd’hui à : ")
    assert OutgoingMail.objects.count() == 3


def test_drafts_are_issued_and_one_that_is_not_ready_is_refused(staff: User) -> None:
    ready = drafted(recognised_team(), staff)
    bare = ConventionFactory(draft=True)
    operation = taken(ISSUE, Convention, staff)
    assert said(operation)[ready.pk] == ("done", "")
    assert said(operation)[bare.pk][0] == "refused"
    ready.refresh_from_db()
    assert (ready.state, bool(ready.agreed_sha256)) == ("issued", True)

    taken(OPEN_SIGNING, Convention, staff)
    ready.refresh_from_db()
    assert ready.state == "signing"
