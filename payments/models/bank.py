"""The association's own account and how it hands its transfers to its bank; one row."""

from __future__ import annotations

from datetime import date

from django.core.validators import RegexValidator
from django.db import models

from association.fields import EncryptedField, WordsField

MESSAGE = "Indemnites ESP CLAP {mois}"
# ISO 9362, as pain.001.001.09 writes it.
BIC = RegexValidator(
    r"\A[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?\Z",
    "Un BIC compte 8 ou 11 caractères, par exemple AGRIFRPP.",
)


class BankDetails(models.Model):
    """Who pays, from which account, and the message of each transfer (``{mois}`` and ``{reference}`` are filled in)."""

    name = WordsField("nom de l'association à la banque", max_length=70, blank=True)
    iban = EncryptedField("IBAN du compte débiteur", blank=True)
    iban_last4 = models.CharField("fin de l'IBAN", max_length=4, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True, validators=[BIC])
    organisation_id = WordsField("identifiant donné par la banque", max_length=35, blank=True)
    batch_booking = models.BooleanField("un seul débit pour tout le fichier", default=True)
    message = WordsField("libellé des virements", max_length=140, default=MESSAGE)
    version = models.PositiveIntegerField("version", default=0)

    class Meta:
        verbose_name = "coordonnées bancaires de l'association"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="bank_details_one_row")]

    def __str__(self) -> str:
        return "Banque"

    @classmethod
    def current(cls) -> BankDetails:
        """Return what is set (nothing but the message until somebody sets it)."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @property
    def missing(self) -> list[str]:
        """What a file of transfers cannot do without, in French."""
        needed = ((self.name, "le nom de l’association"), (self.iban, "l’IBAN du compte débiteur"))
        return [said for value, said in needed if not value]

    def message_of(self, *, month: date, reference: str) -> str:
        """Return the message of a transfer: ``Indemnites ESP CLAP 07/2026``."""
        return fill_in(self.message, month=month, reference=reference)


def fill_in(message: str, *, month: date, reference: str) -> str:
    """Fill in a message; what is not one of its two words stays as it is."""
    return message.replace("{mois}", f"{month:%m/%Y}").replace("{reference}", reference)
