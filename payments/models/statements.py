"""The messages that carry the statement of a year to a beneficiary."""

from __future__ import annotations

from django.db import models

from association.fields import WordsField
from payments.models.accounts import Beneficiary

SEND_STATEMENT = "payments.send_statement"


class StatementMail(models.Model):
    """A message that carries the statement of a civil year, with the paper as it left (``document``).

    A statement goes once a year; ``again``: somebody sent it once more, on purpose.
    """

    year = models.PositiveSmallIntegerField("année")
    beneficiary = models.ForeignKey(
        Beneficiary, models.PROTECT, related_name="statement_mails", verbose_name="bénéficiaire"
    )
    net_cents = models.BigIntegerField("net de l'année")
    document = models.OneToOneField("association.Document", models.PROTECT, related_name="+", verbose_name="relevé")
    mail = models.OneToOneField(
        "association.OutgoingMail", models.PROTECT, related_name="statement_mail", verbose_name="message"
    )
    again = models.BooleanField("de nouveau", default=False)
    reason = WordsField("motif", max_length=200, blank=True)

    class Meta:
        verbose_name = "envoi d'un relevé annuel"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["beneficiary", "year"],
                condition=models.Q(again=False),
                name="statement_mail_goes_once",
                violation_error_message="Le relevé de cette année est déjà envoyé.",
            ),
            models.CheckConstraint(
                condition=models.Q(again=False) | ~models.Q(reason=""),
                name="statement_mail_again_has_reason",
                violation_error_message="Envoyer de nouveau un relevé demande un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"Relevé {self.year} ({self.mail_id})"
