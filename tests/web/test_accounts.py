"""A bank account from its RIB to its first transfer: typed, refused in words, compared, decided; its owner warned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from association.identifiers import grouped_iban
from association.models import Company, Document, LookLog, OutgoingMail
from association.services.people import change_professional
from payments.models import Account, Beneficiary
from payments.services.accounts import propose_account, reject_account, verify_account
from tests.association.files import pdf, png, upload
from tests.factories import AccountFactory, CompanyFactory, ProfessionalFactory
from tests.factories.money import french_iban
from tests.payments.office import IBANS, Office
from tests.web.conftest import plain

SignedIn = Callable[[str], Client]
NEW = french_iban(4_711)
RIB = png()


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENTS_DIR = tmp_path / "documents"


def form_url(owner: Any) -> str:
    name = "account_of_company" if isinstance(owner, Company) else "account_of_professional"
    return reverse(f"payments:{name}", args=[owner.pk])


def propose(client: Client, owner: Any, **typed: Any) -> Any:
    page = client.get(form_url(owner))
    seen = page.context["form"]["seen"].value()
    return client.post(form_url(owner), {"iban": NEW, "holder": "Évrard Loïc", "seen": seen, **typed})


def states(office: Office) -> list[str]:
    rows = Account.objects.filter(beneficiary__professional=office.people[0]).order_by("pk")
    return list(rows.values_list("state", flat=True))


# --- what it does is said, and done --------------------------------------------------------------------------


def test_change_suspends_the_verified_account_and_says_so_before(office: Office, signed_in: SignedIn) -> None:
    person, client = office.people[0], signed_in("staff")
    assert "Son compte vérifié sera suspendu jusqu'à la décision." in plain(client.get(form_url(person)))
    done = propose(client, person, iban=grouped_iban(NEW), scan=upload(RIB, "rib.png"), comment="Reçu par la poste")
    assert done.url == reverse("association:professional", args=[person.pk])
    assert states(office) == ["suspended", "proposed"]
    account = Account.objects.latest("pk")
    assert (account.iban, account.holder, account.comment) == (NEW, "Évrard Loïc", "Reçu par la poste")
    assert account.scan.permission == "payments.open_rib"


def test_rejected_change_puts_the_account_before_in_force_again(office: Office) -> None:
    """Also when two changes were proposed one after the other: the second knows which account it would replace."""
    owner = office.account_of(office.people[0]).beneficiary
    first, second = (
        propose_account(beneficiary=owner, iban=french_iban(number), holder="Évrard", actor=office.staff)
        for number in (51, 52)
    )
    reject_account(account=first, actor=office.treasurer, reason="Illisible")
    assert states(office) == ["suspended", "rejected", "proposed"]
    reject_account(account=second, actor=office.treasurer, reason="Illisible")
    assert states(office) == ["verified", "rejected", "rejected"]


def test_account_is_chosen_by_person_or_by_company(office: Office, signed_in: SignedIn) -> None:
    client, url = signed_in("treasurer"), reverse("payments:account_propose")
    company = CompanyFactory()
    for typed, owner in (
        ({"professional": office.people[0].rpps}, office.people[0]),
        ({"company": company.code}, company),
    ):
        assert client.post(url, typed).url == form_url(owner)
    for typed in ({}, {"professional": office.people[0].rpps, "company": company.code}):
        refused = client.post(url, typed)
        assert refused.status_code == 422
        assert "un professionnel ou une société, l'un des deux" in plain(refused)


def test_company_is_asked_for_its_siret_once(office: Office, signed_in: SignedIn) -> None:
    client, company = signed_in("treasurer"), CompanyFactory(siret="")
    refused = propose(client, company, siret="12345678901234")
    assert refused.status_code == 422
    assert "SIRET erroné" in plain(refused)
    assert not Beneficiary.objects.filter(company=company).exists()
    done = propose(client, company, holder="SELARL du Port", siret="732 829 320 00074")
    account = Account.objects.latest("pk")
    assert done.url == reverse("payments:account", args=[account.pk])
    assert "SIRET 73282932000074" in " ".join(plain(client.get(done.url)).replace('<span class="code">', "").split())
    assert "siret" not in client.get(form_url(company)).context["form"].fields


# --- what is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"iban": "FR7630004000031234567890144"}, "faute de frappe"),
        ({"iban": "US64SVBKUS6S3300958879"}, "n'est pas"),
        ({"iban": "SA0380000000608010167519"}, "n'est pas dans la zone SEPA"),
        ({"iban": ""}, "Recopiez l'IBAN du RIB."),
        ({"holder": ""}, "Recopiez le titulaire"),
        ({"holder": "<b>Évrard</b>"}, "ni balises"),
        ({"comment": grouped_iban(NEW)}, "Cette remarque contient un IBAN"),
        ({"scan": upload(b"MZ\x90\0", "rib.png")}, "est un programme"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_written(
    typed: dict[str, Any], sentence: str, office: Office, signed_in: SignedIn
) -> None:
    refused = propose(signed_in("staff"), office.people[0], **typed)
    assert refused.status_code == 422
    assert sentence in plain(refused)
    (field,) = typed
    assert refused.context["form"].errors.keys() == {field}
    if field != "holder":
        assert 'value="Évrard Loïc"' in refused.content.decode()
    if field != "iban":
        assert f'value="{NEW}"' in refused.content.decode()
    assert "no-store" in refused["Cache-Control"]
    assert states(office) == ["verified"]
    assert not Document.objects.exists()


def test_second_press_and_the_account_in_force_are_told(office: Office, signed_in: SignedIn) -> None:
    client, person = signed_in("staff"), office.people[0]
    assert propose(client, person).status_code == 302
    again = propose(client, person)
    assert again.status_code == 409
    assert "est déjà enregistré pour ce bénéficiaire : il est « Proposé »" in plain(again)
    assert states(office) == ["suspended", "proposed"]


def test_who_comes_second_is_told_of_the_first_and_may_go_on(office: Office, signed_in: SignedIn) -> None:
    person, client = office.people[0], signed_in("staff")
    seen = client.get(form_url(person)).context["form"]["seen"].value()
    propose_account(beneficiary=person.beneficiary, iban=french_iban(51), holder="Évrard L.", actor=office.treasurer)
    typed = {"iban": NEW, "holder": "Évrard Loïc", "seen": seen}
    refused = client.post(form_url(person), typed)
    assert refused.status_code == 409
    assert "Trésorière vient de proposer un autre compte (•••• " in plain(refused)
    latest = refused.context["form"]["seen"].value()
    assert client.post(form_url(person), {**typed, "seen": latest}).status_code == 302
    assert states(office) == ["suspended", "proposed", "proposed"]


# --- compared with its scan, and decided ---------------------------------------------------------------------


@pytest.mark.parametrize(("content", "name", "shown"), [(RIB, "rib.png", "<img"), (pdf(), "rib.pdf", "<iframe")])
def test_scan_stands_beside_the_iban_and_the_looks_are_logged(
    content: bytes, name: str, shown: str, office: Office, signed_in: SignedIn
) -> None:
    propose(signed_in("staff"), office.people[0], scan=upload(content, name))
    account, client = Account.objects.latest("pk"), signed_in("treasurer")
    page = client.post(reverse("payments:account_compare", args=[account.pk]))
    assert grouped_iban(NEW) in page.content.decode()
    assert shown in page.content.decode()
    scan = client.get(reverse("payments:account_scan", args=[account.pk]))
    assert b"".join(scan.streaming_content) == content
    assert scan["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in scan["Cache-Control"]
    assert list(LookLog.objects.order_by("pk").values_list("what", "actor")) == [
        ("IBAN", office.treasurer.pk),
        ("téléchargement", office.treasurer.pk),
    ]


def test_scan_is_for_who_may_see_an_iban_not_even_for_who_brought_it(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("staff")
    propose(client, office.people[0], scan=upload(RIB, "rib.png"))
    account = Account.objects.latest("pk")
    assert client.get(reverse("association:document", args=[account.scan_id])).status_code == 403
    for role in ("staff", "auditor", "admin"):
        assert signed_in(role).get(reverse("payments:account_scan", args=[account.pk])).status_code == 403
        assert signed_in(role).post(reverse("payments:account_compare", args=[account.pk])).status_code == 403
    for page in (reverse("association:professional", args=[office.people[0].pk]), form_url(office.people[0])):
        text = client.get(page).content.decode()
        assert NEW not in text
        assert grouped_iban(NEW) not in text


def test_shared_iban_and_other_holder_are_shown_by_name(office: Office, signed_in: SignedIn) -> None:
    account = AccountFactory(
        number=51,
        iban=IBANS[1],
        holder="CABINET DU PORT",
        beneficiary__professional=ProfessionalFactory(last_name="Kerouanton", first_name="Maëlle"),
    )
    page = plain(signed_in("treasurer").post(reverse("payments:account_compare", args=[account.pk])))
    assert "Cet IBAN est aussi celui d'un autre bénéficiaire." in page
    assert "Le Goff Anaïs" in page
    assert "Le titulaire « CABINET DU PORT » n'est pas Kerouanton Maëlle" in page


def test_scan_and_remark_never_change_once_written(office: Office) -> None:
    account = AccountFactory()
    for changed in ({"comment": "autre"}, {"holder": "autre"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.filter(pk=account.pk).update(**changed)


# --- the owner is warned -------------------------------------------------------------------------------------


def test_former_address_is_warned_without_an_iban(office: Office) -> None:
    """Whoever diverts a payment changes the address first: both are written to, and again once it is verified."""
    person = office.people[0]
    for email in ("ancienne@cabinet.example", "nouvelle@ailleurs.example"):
        person.refresh_from_db()
        change_professional(professional=person, values={"email": email}, version=person.version, actor=office.staff)
    account = propose_account(beneficiary=person.beneficiary, iban=NEW, holder="Évrard Loïc", actor=office.staff)
    both = {"ancienne@cabinet.example", "nouvelle@ailleurs.example"}
    assert set(OutgoingMail.objects.values_list("to", flat=True)) == both
    verify_account(account=account, actor=office.treasurer)
    assert OutgoingMail.objects.count() == 4
    for mail in OutgoingMail.objects.all():
        said = "".join((mail.subject + mail.body).split())
        assert NEW[-4:] in said
        assert NEW[4:-4] not in said
        assert IBANS[0][-6:] not in said


def test_first_account_warns_nobody(office: Office) -> None:
    person = ProfessionalFactory(email="premier@cabinet.example")
    account = propose_account(
        beneficiary=Beneficiary.objects.create(professional=person), iban=NEW, holder="X", actor=office.staff
    )
    verify_account(account=account, actor=office.treasurer)
    assert not OutgoingMail.objects.exists()
