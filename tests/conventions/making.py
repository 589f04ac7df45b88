"""A recognised ESP CLAP that nothing keeps from its convention: a GP, a nurse and a pharmacist."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from association.models import Membership, Team, Theme, User
from association.nomenclature import TeamKind
from conventions.models import Adhesion, Convention
from conventions.services.drafting import draft_convention
from conventions.services.issuing import issue_convention
from conventions.services.signing import record_signatures, sign_convention, sign_for_association
from tests import factories
from tests.factories.dossier import HealthProjectFactory

STARTS_ON = date(2026, 9, 1)
ISSUED_ON, DAY = date(2026, 8, 20), date(2026, 9, 10)
SIGNATORY = "Anne Le Bris, présidente"


def recognised_team(**fields: Any) -> Team:
    """Return a recognised team with an accepted project, and three confirmed members since January 2026."""
    fields = {
        "recognised": True,
        "name": "Équipe des Rives",
        "kind": TeamKind.ESP_CLAP,
        "shared_patients": 120,
    } | fields
    team: Team = factories.TeamFactory(**fields)
    commune = factories.CommuneFactory()
    team.communes.add(commune)
    team.themes.add(Theme.objects.get_or_create(name="Diabète")[0])
    member(team, "Évrard", general_practitioner=True)
    member(team, "Le Goff", nurse=True)
    member(team, "Duval", pharmacist=True)
    project = HealthProjectFactory(team=team, accepted=True, complete=True, communes=[commune])
    project.themes.add(team.themes.get())
    return team


def member(team: Team, name: str, *, joined_on: date = date(2026, 1, 1), **fields: Any) -> Membership:
    """Add a confirmed member with a secure address and an e-mail address."""
    address = name.lower().replace(" ", "-").replace("é", "e")
    person = factories.ProfessionalFactory(
        last_name=name, email=f"{address}@test.example", mssante=f"{address}@mssante.example", **fields
    )
    found: Membership = factories.MembershipFactory(team=team, professional=person, joined_on=joined_on)
    return found


def drafted(team: Team, actor: User, starts_on: date = STARTS_ON) -> Convention:
    return draft_convention(team=team, starts_on=starts_on, actor=actor)


def in_signing(team: Team, actor: User, starts_on: date = STARTS_ON, issued_on: date = ISSUED_ON) -> Convention:
    """Return a convention of the team whose signatures may be gathered."""
    from association.workflow import fire

    issued = issue_convention(convention=drafted(team, actor, starts_on), actor=actor, issued_on=issued_on)
    return fire(issued, "open_signing", actor=actor)


def adhesion_of(convention: Convention, name: str) -> Adhesion:
    found: Adhesion = convention.adhesions.get(membership__professional__last_name=name)
    return found


def sign_members(convention: Convention, actor: User, *names: str, on: date = DAY) -> list[Adhesion]:
    """Record on one day the signatures of the members of these names."""
    days = {adhesion_of(convention, name).pk: on for name in names}
    return record_signatures(convention=convention, signatures=days, actor=actor)


def signed(team: Team, actor: User, starts_on: date = STARTS_ON, on: date = DAY) -> Convention:
    """Return a convention of the team, signed by the association, the GP and the nurse."""
    convention = in_signing(team, actor, starts_on, min(ISSUED_ON, on))
    convention = sign_for_association(convention=convention, signed_on=on, signatory=SIGNATORY, actor=actor)
    sign_members(convention, actor, "Évrard", "Le Goff", on=on)
    return sign_convention(convention=convention, signed_on=on, actor=actor)


def scan(text: str = "Convention signée", name: str = "convention.pdf") -> SimpleUploadedFile:
    """Return a small true PDF, as somebody would upload it."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 720, text)
    canvas.save()
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="application/pdf")
