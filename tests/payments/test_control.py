"""The auditor's samples: drawn again the same, all that proves a payment in the file, and no IBAN in it."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from actions.services.evidence import add_evidence
from actions.services.validating import validate_action
from association.documents import store_file, verified_path
from association.jobs import run_job
from association.models import AccessRecord, Document, Job, LookLog, Role, User
from association.uploads import CheckedUpload
from conventions.models import Adhesion, Convention
from payments.models import BankAnswer, BankAnswerLine, ControlSample, Payment, Run
from payments.sampling import draw, rank
from payments.selectors.control import access_list, account_changes, files_of
from payments.services.accounts import suspend_account
from payments.services.control import draw_sample
from payments.services.exporting import export_run
from payments.services.runs import settle_run
from tests.association.files import png
from tests.factories import UserFactory
from tests.payments.office import IBANS, Office

REFERENCES = st.text("ABCDEFGH0123456789-", min_size=1, max_size=12)
POPULATIONS = st.dictionaries(REFERENCES, st.integers(1, 1_000_00), max_size=30)


@pytest.fixture
def office(db: None) -> Office:
    """July, paid today: three transfers of 50 EUR, two of them for an action with a sheet of attendance."""
    office = Office()
    action = office.rcp(date(2026, 7, 6), reference="A-JUIL", state="declared")
    add_evidence(
        action=action, kind="presence", upload=CheckedUpload("presence.png", "image/png", png()), actor=office.staff
    )
    validate_action(action=action, actor=office.president)
    run = office.approved()
    export_run(run=run, actor=office.treasurer)
    settle_run(run=Run.objects.get(pk=run.pk), actor=office.treasurer)
    return office


def a_sample(office: Office, **options: object) -> ControlSample:
    today = timezone.localdate()
    given = {"starts_on": today, "ends_on": today, "size": 2, "seed": 7, "actor": office.treasurer}
    return draw_sample(**{**given, **options})  # type: ignore[arg-type]


def file_of(sample: ControlSample) -> Document:
    job = Job.objects.get(key=f"payments.control_file:{sample.pk}")
    run_job(job.pk)
    job = Job.objects.get(pk=job.pk)
    assert job.state == Job.State.DONE, job.error
    return job.result  # type: ignore[return-value]


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


# --- the draw ----------------------------------------------------------------------------------------------------


@given(POPULATIONS, st.integers(0, 999_999), st.integers(1, 40), st.none() | st.integers(1, 1_000_00))
def test_draw_is_the_same_whatever_the_order_and_holds_all_above(
    population: dict[str, int], seed: int, size: int, above: int | None
) -> None:
    rows = list(population.items())
    found = draw(rows, seed=seed, size=size, above_cents=above)
    assert found == draw(reversed(rows), seed=seed, size=size, above_cents=above)
    assert len({one.reference for one in found}) == len(found)
    assert sum(one.by_lot for one in found) == min(size, len(rows))
    reached = {one for one, cents in rows if above is not None and cents >= above}
    assert reached <= {one.reference for one in found}
    assert all(one.by_lot or one.reference in reached for one in found)


def test_draw_is_what_anybody_works_out_with_sha256() -> None:
    """Worked out by hand: printf '7:A' | sha256sum, and so on."""
    assert rank(7, "A")[:8] == "0d3757a0"
    assert [one.reference for one in draw([("A", 1), ("B", 1), ("C", 1)], seed=7, size=3)] == sorted(
        "ABC", key=lambda reference: rank(7, reference)
    )


def test_same_seed_draws_the_same_payments_again(office: Office) -> None:
    first, second = a_sample(office), a_sample(office)
    kept = [list(one.items.values_list("payment_id", "place", "why")) for one in (first, second)]
    assert kept[0] == kept[1]
    assert (first.population_count, first.population_cents) == (3, 150_00)


def test_all_above_an_amount_come_besides_those_drawn(office: Office) -> None:
    assert a_sample(office, size=1, above_cents=50_00).items.count() == 3
    assert a_sample(office, size=1, above_cents=50_01).items.count() == 1


def test_period_without_a_payment_is_refused(office: Office) -> None:
    with pytest.raises(ValidationError, match="Aucun virement"):
        a_sample(office, starts_on=date(2025, 1, 1), ends_on=date(2025, 1, 31))


def test_staff_draws_nothing(office: Office) -> None:
    with pytest.raises(PermissionDenied):
        a_sample(office, actor=office.staff)


def test_who_drew_what_is_kept_for_ever_and_noted_beside_each_payment(office: Office) -> None:
    auditor = UserFactory(auditor=True)
    sample = a_sample(office, actor=auditor)
    looks = LookLog.objects.filter(what="dossier de contrôle", actor=auditor)
    assert set(looks.values_list("object_id", flat=True)) == set(sample.items.values_list("payment_id", flat=True))
    with pytest.raises(DatabaseError), transaction.atomic():
        ControlSample.objects.update(seed=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        sample.items.all().delete()


# --- the file ----------------------------------------------------------------------------------------------------


def test_file_has_all_that_proves_a_payment_and_no_whole_iban(office: Office) -> None:
    content = verified_path(file_of(a_sample(office, size=3))).read_bytes()
    said = text_of(content)
    payment = Payment.objects.order_by("pk").first()
    assert payment is not None
    export = payment.run.exports.get()
    for expected in (
        payment.reference,
        f"•••• {payment.iban_last4}",
        "Soumis par Staff",
        "Bon à payer par Trésorière",
        "C-1, signée le 01/01/2026",
        "adhésion signée le 01/01/2026",
        "A-JUIL",
        "presence.png",
        "Président",  # who validated
        "en vigueur le 01/01/2026",  # the price that applied
        "graine:référence",
    ):
        assert expected in said, expected
    assert export.document.sha256 in said.replace(" ", "")
    flat = re.sub(r"\s", "", said)
    assert not [iban for iban in IBANS if iban in flat]


def test_zip_holds_the_paper_and_the_bytes_of_the_evidence(office: Office) -> None:
    document = file_of(a_sample(office, size=1, with_evidence=True))
    with ZipFile(verified_path(document)) as archive:
        names = archive.namelist()
        pieces = [name for name in names if name.startswith("pieces/")]
        assert [name for name in names if name.endswith(".pdf")] == [names[0]]
        assert len(pieces) == 1
        assert archive.read(pieces[0]) == png()
        assert "A-JUIL/presence-1.png" in pieces[0]


def test_zip_holds_the_papers_of_the_convention_and_the_answer_of_the_bank(office: Office, tmp_path: Path) -> None:
    """Signed copy and adhesion once for all payments; of the bank's own file its checksum, since it shows IBANs."""
    paper = tmp_path / "signee.pdf"
    paper.write_bytes(b"%PDF-1.4 signed")
    stored = {"source": paper, "content_type": "application/pdf", "actor": office.staff}
    for model, pk in ((Convention, office.convention.pk), (Adhesion, Adhesion.objects.order_by("pk")[0].pk)):
        scan = store_file(**stored, filename=f"{model.__name__}.pdf", permission="payments.view_control")
        model.objects.filter(pk=pk).update(scan=scan)
    payment = Payment.objects.order_by("pk")[0]
    answered = store_file(**stored, filename="releve.xml", permission="payments.view_bank_answer")
    answer = BankAnswer.objects.create(
        kind="camt.053", sha256="b" * 64, document=answered, lines_count=1, imported_by=office.treasurer
    )
    BankAnswerLine.objects.create(
        answer=answer, position=7, effect="paid", outcome="confirmed", reference=payment.reference, payment=payment,
        amount_cents=payment.amount_cents, day=payment.paid_on, decided_by=office.treasurer, decided_at=timezone.now(),
    )  # fmt: skip
    with ZipFile(verified_path(file_of(a_sample(office, size=3, with_evidence=True)))) as archive:
        names = [name for name in archive.namelist() if name.startswith("conventions/")]
        said = text_of(archive.read(archive.namelist()[0]))
    assert sorted(name.split("/")[-1][:9] for name in names) == ["adhesion-", "exemplair"]
    for expected in ("exemplaire signé : Convention.pdf", "adhésion : Adhesion.pdf", "opération 7 : payé 50,00 €"):
        assert expected in said, expected
    assert "b" * 64 in said.replace(" ", "")


def test_evidence_that_is_gone_is_said_and_stops_nothing(office: Office) -> None:
    Document.objects.get(filename="presence.png").path.unlink()
    with ZipFile(verified_path(file_of(a_sample(office, with_evidence=True)))) as archive:
        assert [name for name in archive.namelist() if name.startswith("pieces/")] == []
        assert "Absente de ce dossier" in text_of(archive.read(archive.namelist()[0]))


def test_job_delivered_twice_makes_one_file(office: Office) -> None:
    sample = a_sample(office)
    document = file_of(sample)
    job = Job.objects.get(key=f"payments.control_file:{sample.pk}")
    assert run_job(job.pk) is None
    assert Document.objects.filter(stored_as=document.stored_as).count() == 1


def test_queries_of_a_file_do_not_grow_with_its_payments(office: Office, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    sample = a_sample(office, size=3)
    with django_assert_max_num_queries(18):
        assert len(files_of(sample, reader=office.treasurer)) == 3


# --- dated lists -------------------------------------------------------------------------------------------------


def test_right_is_dated_from_the_making_of_the_account_to_its_change(db: None) -> None:
    user = UserFactory(staff=True)
    user.role = Role.TREASURER
    user.save()
    user.full_name = "Autre nom"
    user.save()
    user.save(update_fields=["full_name"])
    found = list(access_list(UserFactory(auditor=True)).filter(user=user).order_by("pk"))
    assert [row.role for row in found] == [Role.STAFF, Role.TREASURER]
    assert found[0].at == user.date_joined
    assert (found[0].until, found[1].until) == (found[1].at, None)
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessRecord.objects.update(role=Role.ADMIN)


def test_account_changes_are_listed_for_who_may_see_them(office: Office) -> None:
    auditor = UserFactory(auditor=True)
    suspend_account(account=office.account_of(office.people[0]), actor=office.staff, reason="Doute")
    latest = account_changes(auditor).order_by("-pk")[0]
    assert (latest.holder, latest.to_state, latest.target.iban_last4) == ("Loïc Évrard", "suspended", IBANS[0][-4:])
    assert not account_changes(office.staff).exists()
    assert not access_list(User.objects.system()).exists()
