"""The exchanges with a team and the outbox, in the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from association.jobs import run_job
from association.models import Exchange, Job, Membership, OutgoingMail, Team
from tests.factories.correspondence import ExchangeFactory, OutgoingMailFactory
from tests.payments.office import Office
from tests.web.conftest import plain

SignedIn = Callable[[str], Client]
TODAY = timezone.localdate()


@pytest.fixture
def reachable(office: Office) -> Team:
    """The team of the office, with a contact to write to."""
    Team.objects.filter(pk=office.team.pk).update(contact_email="contact@cabinet.example", contact_name="Zoé Duval")
    return office.team


def of(name: str, pk: int) -> str:
    return reverse(f"association:{name}", args=[pk])


def written(client: Client, team: Team, **changes: str) -> Any:
    said = {"to": "contact@cabinet.example", "subject": "Réunion", "body": "Bonjour,\nà mardi.", "follow_up_on": ""}
    return client.post(of("message_write", team.pk), {**said, **changes}, follow=True)


def test_visit_is_noted_with_its_time_and_its_follow_up(office: Office, signed_in: SignedIn) -> None:
    typed = {
        "kind": "visite",
        "held_on": f"{TODAY:%Y-%m-%d}",
        "minutes": "95",
        "subject": "Premier contact",
        "body": "Deux médecins intéressés.",
        "follow_up_on": f"{TODAY + timedelta(days=5):%Y-%m-%d}",
    }
    page = plain(signed_in("staff").post(of("exchange_write", office.team.pk), typed, follow=True))
    for shown in ("Visite : Premier contact", "Temps passé : 1 h 35", "Deux médecins intéressés.", "Relance prévue"):
        assert shown in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "visite"}, "Indiquez le temps passé à la visite."),
        ({"minutes": "une heure"}, "Écrivez un nombre entier de minutes"),
        ({"minutes": "0"}, "de 1 à 1 440"),
        ({"held_on": "31/02/2026"}, "Écrivez une date qui existe"),
        ({"held_on": f"{TODAY + timedelta(days=2):%Y-%m-%d}"}, "Cette date est à venir"),
        ({"follow_up_on": "2020-01-01"}, "Cette date est passée"),
        ({"body": "x" * 10_000}, "10 000 caractères"),
        ({"subject": "<b>Gras</b>"}, "ni balises"),
    ],
)
def test_exchange_that_is_refused_keeps_what_was_typed(
    office: Office, signed_in: SignedIn, changes: dict[str, str], sentence: str
) -> None:
    typed = {"kind": "note", "held_on": f"{TODAY:%Y-%m-%d}", "minutes": "", "subject": "", "body": "Long récit."}
    response = signed_in("staff").post(of("exchange_write", office.team.pk), {**typed, **changes})
    page = plain(response).replace("\u202f", " ")
    assert response.status_code == 422
    assert sentence in page
    assert changes.get("body", "Long récit.") in page
    assert not Exchange.objects.exists()


def test_message_is_sent_kept_and_shown_in_the_outbox(
    reachable: Team, signed_in: SignedIn, mailoutbox: list[Any]
) -> None:
    client = signed_in("staff")
    page = plain(written(client, reachable))
    assert "Message confié à la messagerie pour contact@cabinet.example" in page
    assert "En attente d'envoi" in page
    run_job(Job.objects.get(kind="association.send_mail").pk)
    assert [mail.to for mail in mailoutbox] == [["contact@cabinet.example"]]
    listed = plain(client.get(reverse("association:outbox")))
    assert "Réunion" in listed
    assert "Envoyé" in listed
    assert "à mardi." in plain(client.get(of("outbox_mail", OutgoingMail.objects.get().pk)))


def test_without_a_server_the_pages_say_that_nothing_left(reachable: Team, signed_in: SignedIn, settings: Any) -> None:
    settings.MAIL_IS_SENT = False
    client = signed_in("staff")
    assert "il n'est pas parti" in plain(written(client, reachable))
    mail = OutgoingMail.objects.get()
    for address in (reverse("association:outbox"), of("outbox_mail", mail.pk)):
        page = plain(client.get(address))
        assert "Gardé ici" in page
        assert "Aucun serveur de messagerie n'est réglé" in page
    assert plain(client.post(of("outbox_send", mail.pk))).count("Aucun serveur de messagerie n'est réglé") == 2


def test_failure_of_the_server_is_told_on_the_page_and_tried_again_there(
    reachable: Team, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    from smtplib import SMTPRecipientsRefused

    def refuse(self: EmailBackend, messages: Any) -> int:
        raise SMTPRecipientsRefused({"contact@cabinet.example": (550, b"no such user")})

    client = signed_in("staff")
    written(client, reachable)
    mail = OutgoingMail.objects.get()
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        run_job(Job.objects.get(kind="association.send_mail").pk)
    page = plain(client.get(of("outbox_mail", mail.pk)))
    assert "Ce message n'est pas parti." in page
    assert "ne connaît pas cette adresse" in page
    assert "Non envoyé" in plain(client.get(of("team_exchanges", reachable.pk)))
    client.post(of("outbox_send", mail.pk))
    run_job(Job.objects.get(state=Job.State.WAITING).pk)
    assert len(mailoutbox) == 1
    again = client.post(of("outbox_send", mail.pk))
    assert again.status_code == 409
    assert "déjà parti" in plain(again)


@pytest.mark.parametrize("subject", ["Bonjour\nBcc: tous@ailleurs.example", "Bonjour\r\nBcc: tous@ailleurs.example"])
def test_subject_of_several_lines_carries_no_header(
    reachable: Team, signed_in: SignedIn, mailoutbox: list[Any], subject: str
) -> None:
    written(signed_in("staff"), reachable, subject=subject)
    for job in Job.objects.filter(kind="association.send_mail"):
        run_job(job.pk)
    for mail in mailoutbox:
        assert mail.recipients() == ["contact@cabinet.example"]
        assert "Bcc" not in dict(mail.message().items())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"to": "ailleurs@test.example"}, "n'est plus dans le dossier"),
        ({"to": ""}, "n'est plus dans le dossier"),
        ({"subject": ""}, "Écrivez l'objet du message."),
        ({"body": ""}, "Écrivez le message."),
    ],
)
def test_message_that_is_refused_keeps_what_was_typed(
    reachable: Team, signed_in: SignedIn, changes: dict[str, str], sentence: str
) -> None:
    response = written(signed_in("staff"), reachable, **changes)
    assert response.status_code == 422
    assert sentence in plain(response)
    if "body" not in changes:
        assert "à mardi." in plain(response)
    assert not OutgoingMail.objects.exists()


def test_team_without_an_address_says_what_to_do(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("staff")
    Membership.objects.update(is_referent=False)
    page = plain(client.get(of("message_write", office.team.pk)))
    assert "Personne à qui écrire." in page


def test_follow_up_that_is_due_is_on_the_home_page_until_it_is_ticked(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("staff")
    exchange = ExchangeFactory(
        team=office.team, author=office.staff, subject="Statuts", follow_up_on=TODAY - timedelta(days=4)
    )
    assert "Statuts, à relancer depuis 4 jours" in plain(client.get("/"))
    page = plain(client.post(of("exchange_followed_up", exchange.pk), follow=True))
    assert "faite par Staff" in page
    assert "Statuts" not in plain(client.get("/"))


def test_follow_up_with_a_wrong_date_is_shown_again_open(office: Office, signed_in: SignedIn) -> None:
    exchange = ExchangeFactory(team=office.team)
    other = ExchangeFactory(team=office.team)
    response = signed_in("staff").post(of("exchange_follow_up", exchange.pk), {"follow_up_on": "2020-01-01"})
    assert response.status_code == 422
    page = plain(response)
    assert "Cette date est passée" in page
    assert page.count('<details class="mt-2" open>') == 1
    assert f'id="echange-{other.pk}"' in page


def test_dossier_shows_the_last_exchanges_and_leads_to_all(office: Office, signed_in: SignedIn) -> None:
    ExchangeFactory.create_batch(12, team=office.team)
    client = signed_in("staff")
    fragment = client.get(of("team_exchanges", office.team.pk), headers={"HX-Request": "true"})
    assert fragment.content.decode().strip().startswith('<section class="panel" id="echanges"')
    assert fragment.content.decode().count("timeline-meta") == 10
    assert "Tous les échanges (12)" in plain(fragment)
    assert plain(client.get(of("team_exchanges", office.team.pk))).count("timeline-meta") == 12


def test_hostile_text_is_shown_as_text(office: Office, signed_in: SignedIn) -> None:
    ExchangeFactory(team=office.team, body="<script>alert(1)</script>")
    page = signed_in("staff").get(of("team_exchanges", office.team.pk)).content.decode()
    assert "<script>alert" not in page


def test_lists_ask_the_database_a_fixed_number_of_times(
    office: Office, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        ExchangeFactory(team=office.team, message=True)
        OutgoingMailFactory(team=office.team)
    client = signed_in("staff")
    with django_assert_max_num_queries(7):
        client.get(of("team_exchanges", office.team.pk))
    with django_assert_max_num_queries(8):  # the views that were kept and the uncertain messages, too
        client.get(reverse("association:outbox"))


def test_outbox_is_in_the_navigation_of_the_office_and_the_administrator(office: Office, signed_in: SignedIn) -> None:
    shown = {
        role: "Boîte d'envoi" in plain(signed_in(role).get("/"))
        for role in ("staff", "treasurer", "admin", "ars", "auditor", "referent")
    }
    assert shown == {
        "staff": True,
        "treasurer": True,
        "admin": True,
        "ars": False,
        "auditor": False,
        "referent": False,
    }


def test_uncertain_message_is_decided_in_the_outbox(office: Office, signed_in: SignedIn) -> None:
    first, second = OutgoingMailFactory(uncertain=True), OutgoingMailFactory(uncertain=True, subject="Autre objet")
    client = signed_in("staff")
    listed = plain(client.get(reverse("association:outbox")))
    assert listed.count("Considérer comme envoyé") == 2
    assert "Rien ne repart sans votre décision" in listed
    assert "Messages dont l'envoi est incertain" in plain(client.get(reverse("home")))
    alone = plain(client.get(reverse("association:outbox_mail", args=[first.pk])))
    assert "Ce message est peut-être parti." in alone

    client.post(reverse("association:outbox_hold", args=[first.pk]))
    client.post(reverse("association:outbox_send", args=[second.pk]))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.sent_at is None, first.sending_at) == (False, None)
    assert (second.sent_at, second.sending_at) == (None, None)
    assert Job.objects.get().params == {"mail": second.pk}
    listed = plain(client.get(reverse("association:outbox")))
    assert "Considérer comme envoyé" not in listed
    assert "En attente d'envoi" in listed
