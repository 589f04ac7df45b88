"""The references of actions and the opaque numbers of attestations: given here, never typed."""

from __future__ import annotations

import secrets

from actions.models import ActionSequence
from actions.selectors.numbering import first_free, reference_of
from association.attestation_numbers import ALPHABET


def draw_reference(year: int) -> str:
    """Return the next reference of a civil year: ``A26-00042``.

    Has to run in the transaction that writes the action: the year's row stays locked until then, and an action that is
    not written in the end leaves no gap. A reference that a workbook brought in this form is passed over.
    """
    sequence, _ = ActionSequence.objects.select_for_update().get_or_create(year=year)
    sequence.last = first_free(year, sequence.last)
    sequence.save(update_fields=["last"])
    return reference_of(year, sequence.last)


def draw_attestation_number(year: int) -> str:
    """Return the number of a PPS's attestation, which tells nothing and that nobody guesses: ``PPS-2026-7K3M-9QXD``."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"PPS-{year}-{drawn[:4]}-{drawn[4:]}"
