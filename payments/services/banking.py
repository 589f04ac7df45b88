"""The association's side of a transfer: its own account, the day of execution, the file for its bank."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.identifiers import bic_of, is_sepa_iban
from association.journal import StaleEdit, changes_since, in_words, record
from association.models import User
from association.permissions import require
from association.workflow import lock
from payments.models import BankDetails, Payment, Run
from payments.models.bank import fill_in
from payments.sepa.calendar import business_day_from, why_closed
from payments.sepa.characters import MESSAGE_LENGTH, NAME_LENGTH, REFERENCE_LENGTH, bank_safe
from payments.sepa.message import Debtor, Sum, Transfer, write_credit_transfer

MANAGE = "payments.manage_bank"
LONGEST_AHEAD = 365  # days; banks keep no order for longer
IN_WORDS = ("name", "bic", "organisation_id", "batch_booking", "message")


def set_bank_details(*, values: Mapping[str, Any], version: int, actor: User) -> BankDetails:
    """Write what differs, each with its line in the journal, of the IBAN its end only.

    Args:
        values: by field name; an empty ``iban`` keeps the one that is set, and its bank's BIC follows a new one.
        version: the one that the page had shown.

    Raises:
        StaleEdit: when somebody else changed them since; nothing is written.
        ValidationError: in French, by field.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        BankDetails.objects.get_or_create(pk=1)
        fresh: BankDetails = lock(BankDetails(pk=1))
        if version != fresh.version:
            raise StaleEdit(changes_since(fresh, version))
        before = _shown(fresh)
        for name in IN_WORDS:
            setattr(fresh, name, values[name])
        if iban := values["iban"]:
            fresh.iban, fresh.iban_last4 = iban, iban[-4:]
            fresh.bic = values["bic"] or bic_of(iban)
        check_message(fresh.message)
        fresh.full_clean()
        after = _shown(fresh)
        changed = [
            (name, label, before[name][1], said) for name, (label, said) in after.items() if before[name][1] != said
        ]
        if changed:
            fresh.version += 1
            fresh.save()
            record(fresh, changed, actor=actor)
    return fresh


def check_message(message: str) -> None:
    """Refuse a message that does not fit into a transfer, or has a word in braces that nothing fills in.

    Raises:
        ValidationError: under ``message``.
    """
    longest = fill_in(message, month=date(2026, 12, 1), reference="9" * REFERENCE_LENGTH)
    if "{" in longest or "}" in longest:
        said = "Entre accolades, seuls {mois} et {reference} sont remplacés. Corrigez ou retirez les autres."
        raise ValidationError({"message": said})
    written = bank_safe(longest, longest=10_000)
    if len(written) > MESSAGE_LENGTH:
        said = f"Ce libellé ferait {len(written)} caractères, la banque en prend {MESSAGE_LENGTH}. Raccourcissez-le."
        raise ValidationError({"message": said})
    if not written:
        raise ValidationError({"message": "Écrivez un libellé en lettres latines."})


def execution_day_refusal(day: date, *, today: date | None = None) -> str:
    """Return why a bank would not make transfers on a day, with the next one on which it would; else nothing."""
    today = today or timezone.localdate()
    if day < today:
        return f"Le {day:%d/%m/%Y} est passé : choisissez une date à partir du {business_day_from(today):%d/%m/%Y}."
    if day > today + timedelta(days=LONGEST_AHEAD):
        return f"Le {day:%d/%m/%Y} est trop loin : les banques prennent un an d’avance au plus."
    if why := why_closed(day):
        return (
            f"Les banques ne font pas de virement le {day:%d/%m/%Y} ({why}) : "
            f"le jour ouvré suivant est le {business_day_from(day):%d/%m/%Y}."
        )
    return ""


def unpayable(payment: Payment) -> str:
    """Return why no bank of the SEPA zone would take a payment, in French; else nothing."""
    if not is_sepa_iban(payment.iban):
        return f"l’IBAN est celui d’un pays hors de la zone SEPA ({payment.iban[:2]})"
    if not bank_safe(payment.holder, longest=NAME_LENGTH):
        return "le titulaire n’a aucune lettre latine : demandez un RIB en lettres latines"
    return ""


def write_bank_file(
    *, run: Run, payments: Collection[int], path: Path, version: int, bank: BankDetails, execution_on: date
) -> Sum:
    """Write the transfers of a run for the bank; see `payments.sepa.message`.

    Args:
        payments: those that leave; a zero sum (compensation) is none of them.
        version: of the export: each file has a message number of its own.
    """
    leaving = run.payments.filter(state=Payment.State.PENDING).order_by("reference")
    transfers = [transfer_of(payment) for payment in leaving.iterator(chunk_size=2_000) if payment.pk in payments]
    return write_credit_transfer(
        path,
        message_id=f"CLAP-{run.month:%Y%m}-{run.pk}-V{version}",
        made_at=timezone.localtime(),
        execution_on=execution_on,
        debtor=Debtor(
            name=bank_safe(bank.name, longest=NAME_LENGTH),
            iban=bank.iban,
            bic=bank.bic,
            organisation_id=bank_safe(bank.organisation_id, longest=REFERENCE_LENGTH),
            batch_booking=bank.batch_booking,
        ),
        transfers=transfers,
    )


def transfer_of(payment: Payment) -> Transfer:
    """Return a payment as the bank reads it."""
    return Transfer(
        reference=payment.reference,
        cents=payment.amount_cents,
        name=bank_safe(payment.holder, longest=NAME_LENGTH),
        iban=payment.iban,
        bic=payment.bic,
        message=bank_safe(payment.label, longest=MESSAGE_LENGTH),
    )


def _shown(details: BankDetails) -> dict[str, tuple[str, str]]:
    """Each value in the words of the journal, beside its label."""
    labels = {name: str(details._meta.get_field(name).verbose_name).capitalize() for name in (*IN_WORDS, "iban")}  # type: ignore[union-attr]
    said = {name: (labels[name], in_words(getattr(details, name))) for name in IN_WORDS}
    end = f"•••• {details.iban_last4}" if details.iban else ""
    return {**said, "iban": ("IBAN du compte débiteur", end)}
