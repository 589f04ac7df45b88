"""What the page of a convention shows of its life after the signature: where it stands, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from association.models import User
from association.registries import renewal_warnings
from association.workflow import offers
from conventions.gates import RENEWABLE, renewable_from
from conventions.models import Convention, Suspension

LABELS = {
    "resume": "Lever la suspension",
    "suspend": "Suspendre",
    "terminate": "Résilier",
    "renew": "Renouveler",
}
ORDER = tuple(LABELS)
WORDS = {
    "suspend": "Les actions de la période de suspension ne sont pas indemnisées.",
    "resume": "Les actions sont de nouveau indemnisées à partir de ce jour.",
    "terminate": "Les actions qui précèdent ce jour restent indemnisées ; les avenants en cours sont abandonnés. Une "
    "résiliation ne s'annule pas.",
    "renew": "Un brouillon est préparé à partir du lendemain du terme, avec les types d'action et le plafond en "
    "vigueur et les membres d'aujourd'hui. Vous pourrez le modifier avant de l'émettre.",
}


@dataclass(frozen=True)
class Gesture:
    """What may be done with a convention; ``reason`` says why it is not possible now, and is empty if it is."""

    name: str
    label: str
    reason: str = ""
    danger: bool = False
    text: str = ""
    form: Any = None

    @property
    def url_name(self) -> str:
        return f"conventions:{self.name}"


def gestures(convention: Convention, *, actor: User, missing_for_renewal: str | None) -> list[Gesture]:
    """Return what somebody may do with a convention after its signature.

    Args:
        missing_for_renewal: what keeps it from being renewed (`conventions.services.renewing`).
    """
    found = [
        Gesture(offer.name, LABELS[offer.name], offer.reason, offer.danger, WORDS[offer.name])
        for offer in offers(convention, actor=actor)
        if offer.name in ORDER
    ]
    if (
        convention.state in RENEWABLE
        and timezone.localdate() >= renewable_from(convention)
        and actor.has_perm("conventions.manage_convention")
    ):
        text = " ".join([*renewal_warnings_of(convention), WORDS["renew"]])
        found.append(Gesture("renew", LABELS["renew"], missing_for_renewal or "", text=text))
    return sorted(found, key=lambda one: ORDER.index(one.name))


def standing(convention: Convention, on: date | None = None) -> str:
    """Return where a signed convention stands on a day (today by default), in one French sentence."""
    day, begins = on or timezone.localdate(), convention.effective_on
    if convention.state == Convention.State.ABANDONED:
        return "Abandonnée avant sa signature : elle n'a pas d'effet."
    if begins is None:
        return "La convention n'est pas encore signée."
    if convention.terminated_on:
        return _terminated(convention.terminated_on, begins, day)
    if day < begins:
        return f"Signée ; en vigueur du {begins:%d/%m/%Y} au {convention.ends_on:%d/%m/%Y}."
    if convention.ends_on < day:
        return f"Arrivée à terme le {convention.ends_on:%d/%m/%Y}."
    pause = _open_suspension(convention)
    if pause is not None:
        return f"Suspendue depuis le {pause.starts_on:%d/%m/%Y} ; son terme reste le {convention.ends_on:%d/%m/%Y}."
    left = (convention.ends_on - day).days
    until = f"{left} jours" if left > 1 else "un jour" if left else "dernier jour"
    return f"En vigueur depuis le {begins:%d/%m/%Y}, jusqu'au {convention.ends_on:%d/%m/%Y} ({until})."


def renewal_of(convention: Convention) -> Convention | None:
    """Return the convention that renews this one, abandoned ones left aside."""
    return convention.renewals.exclude(state=Convention.State.ABANDONED).first()


def renewal_warnings_of(convention: Convention) -> list[str]:
    """Return what one should know before a convention is renewed, one French sentence each; it blocks nothing."""
    return [said for source in renewal_warnings for said in source(convention.team, timezone.localdate())]


def _terminated(ends_before: date, begins: date, day: date) -> str:
    if ends_before <= begins:
        return f"Résiliée au {ends_before:%d/%m/%Y}, avant d'avoir produit un effet."
    last = ends_before - timedelta(days=1)
    if day < ends_before:
        return f"Résiliée à compter du {ends_before:%d/%m/%Y} ; en vigueur jusqu'au {last:%d/%m/%Y}."
    return f"Résiliée au {ends_before:%d/%m/%Y} ; elle a été en vigueur jusqu'au {last:%d/%m/%Y}."


def _open_suspension(convention: Convention) -> Suspension | None:
    if convention.state != Convention.State.SUSPENDED:
        return None
    return next((one for one in convention.suspensions.all() if one.ends_on is None), None)
