"""What pages read of amendments: those of a convention, and one with its text, its signatures and its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from association.models import FieldChange, User
from association.selectors.history import Entry, history_of
from association.workflow import offers
from conventions.models import Amendment, AmendmentSignature, Convention
from conventions.selectors.members import quality_of, records_of

ORDER = ("issue", "abandon")
# Who signs, under whichever of the records that were joined.
SIGNERS = Coalesce("signatures__membership__professional__merged_into", "signatures__membership__professional")
LABELS = {"issue": "Émettre et mettre en signature"}
WORDS = {
    "issue": "Le texte est figé et le PDF est classé dans le dossier. L'avenant peut ensuite être signé.",
    "abandon": "L'avenant garde son numéro et reste au dossier, sans effet.",
}


@dataclass(frozen=True)
class AmendmentStep:
    """A step as the page offers it."""

    name: str
    label: str
    reason: str = ""
    needs_comment: bool = False
    danger: bool = False
    text: str = ""
    main: bool = False


@dataclass(frozen=True)
class SignatureRow:
    """A member in the table of an amendment's signatures."""

    signature: AmendmentSignature
    name: str
    quality: str
    is_own: bool


def amendments_of(convention: Convention, *, user: User) -> QuerySet[Amendment]:
    """Return the amendments of a convention, the newest first, with how many members sign and have signed each."""
    return (
        Amendment.objects.visible_to(user)
        .filter(convention=convention)
        .annotate(
            to_sign=Count(SIGNERS, distinct=True),
            signed_count=Count(SIGNERS, filter=Q(signatures__signed_on__isnull=False), distinct=True),
        )
        .order_by("-number")
    )


def amendment_dossiers(user: User) -> QuerySet[Amendment]:
    """Return the amendments of the user's scope with what their page reads."""
    return Amendment.objects.visible_to(user).select_related("convention__team__department", "document", "scan")


def signature_rows(amendment: Amendment, *, actor: User) -> list[SignatureRow]:
    """Return the members who sign an amendment, by name."""
    own = records_of(actor)
    may_sign = amendment.state in (Amendment.State.SIGNING, Amendment.State.SIGNED)
    return [
        SignatureRow(
            signature=row,
            name=str(row.membership.person),
            quality=quality_of(row.membership.person),
            is_own=may_sign
            and row.signed_on is None
            and actor.has_perm("conventions.sign_own")
            and row.membership.professional_id in own,
        )
        for row in _signatures(amendment)
    ]


def unsigned(amendment: Amendment) -> list[AmendmentSignature]:
    """Return the members' signatures that are not recorded yet, by name."""
    return list(_signatures(amendment).filter(signed_on=None))


def own_signature(amendment: Amendment, *, actor: User) -> AmendmentSignature | None:
    """Return the signature that the member who is signed in may give, or nothing."""
    return next((row.signature for row in signature_rows(amendment, actor=actor) if row.is_own), None)


def amendment_steps(amendment: Amendment, *, actor: User) -> list[AmendmentStep]:
    """Return the steps of an amendment, each with what prevents it; its signature follows from the signatures."""
    found = [
        AmendmentStep(
            offer.name,
            LABELS.get(offer.name, offer.label),
            offer.reason,
            offer.needs_comment,
            offer.danger,
            WORDS[offer.name],
            main=offer.name == "issue",
        )
        for offer in offers(amendment, actor=actor)
        if offer.name in ORDER
    ]
    return sorted(found, key=lambda step: ORDER.index(step.name))


def amendment_history(amendment: Amendment) -> list[Entry]:
    """Return what happened to an amendment, newest first: its states, and the signatures as they were recorded."""
    entries: list[Entry] = [*history_of(amendment), *_recorded(amendment)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _signatures(amendment: Amendment) -> QuerySet[AmendmentSignature]:
    return (
        amendment.signatures.one_each()
        .select_related("membership__professional__merged_into", "scan")
        .order_by("membership__professional__last_name", "membership__professional__first_name", "pk")
    )


def _recorded(amendment: Amendment) -> Iterable[Entry]:
    rows = FieldChange.objects.filter(
        content_type=ContentType.objects.get_for_model(Amendment), object_id=amendment.pk
    ).select_related("actor")
    return [Entry(f"{row.label} : {row.after}", row.at, str(row.actor)) for row in rows]
