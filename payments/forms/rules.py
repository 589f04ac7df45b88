"""The form of the settings of the rules of payment (docs/payment-rules.md)."""

from __future__ import annotations

from typing import Any

from django import forms

from association.forms.shared import VersionedForm
from conventions.forms.fields import EurosField
from payments.models import PaymentSettings


def _months(label: str, help_text: str, *, least: int, most: int, required: bool) -> forms.IntegerField:
    said = f"Écrivez un nombre de mois entre {least} et {most}."
    codes = ("required", "invalid", "min_value", "max_value")
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=least,
        max_value=most,
        required=required,
        error_messages=dict.fromkeys(codes, said),
    )


class RulesForm(VersionedForm):
    """What the association adds to the rules, or leaves out."""

    deadline_months = _months(
        "Délai de déclaration, en mois après l’action",
        "Vide : aucun délai. Une action déclarée plus tard est forclose, sauf décision nommée sur sa page.",
        least=1,
        most=60,
        required=False,
    )
    personal_ceiling_cents = EurosField(
        label="Plafond par professionnel et par année civile",
        help_text="Vide : aucun. Toutes équipes ensemble ; ce qui dépasse n’est pas pris sur le plafond de l’équipe.",
        required=False,
    )
    project_lookahead_months = _months(
        "Rédaction du projet de santé : au plus tant de mois avant la prise d’effet",
        "La première convention qui prend effet dans ce délai après l’action décide de son indemnisation.",
        least=0,
        most=36,
        required=True,
    )

    def __init__(self, data: Any = None, *, settings: PaymentSettings) -> None:
        shown = {name: getattr(settings, name) for name in self.base_fields if name != "version"}
        super().__init__(data, version=settings.version, initial=shown)
