"""The statement that a beneficiary is given of one run (« relevé d'indemnités »), and the messages that carry it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from association.fields import WordsField
from payments.models.accounts import Beneficiary
from payments.models.runs import Run

VIEW_SLIP, MAKE_SLIPS = "payments.view_slip", "payments.make_slips"


class SlipQuerySet(models.QuerySet["Slip"]):
    def visible_to(self, user: Any) -> SlipQuerySet:
        return self if user.has_perm(VIEW_SLIP) else self.none()

    def counting(self) -> SlipQuerySet:
        """The version of each that counts."""
        newer = Slip.objects.filter(run=models.OuterRef("run"), beneficiary=models.OuterRef("beneficiary"))
        return self.filter(~models.Exists(newer.filter(version__gt=models.OuterRef("version"))))


class Slip(models.Model):
    """What one run says to one beneficiary, kept as it was made: its words (``content``) and its paper (``document``).

    A new version is made when what it says has changed since (a transfer that came back); the old one is kept.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="slips", verbose_name="paiement mensuel")
    beneficiary = models.ForeignKey(Beneficiary, models.PROTECT, related_name="slips", verbose_name="bénéficiaire")
    version = models.PositiveSmallIntegerField("version", default=1)
    number = models.CharField("numéro", max_length=40, unique=True)
    paid_cents = models.BigIntegerField("viré", default=0)
    left_cents = models.BigIntegerField("reste dû", default=0)
    content = models.JSONField("contenu")
    document = models.OneToOneField(
        "association.Document", models.PROTECT, related_name="slip", verbose_name="relevé en PDF"
    )
    made_at = models.DateTimeField("fait le", default=timezone.now)

    objects = SlipQuerySet.as_manager()

    class Meta:
        verbose_name = "relevé d'indemnités"
        ordering = ["run", "beneficiary", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "beneficiary", "version"],
                name="slip_one_per_beneficiary",
                violation_error_message="Ce bénéficiaire a déjà son relevé de ce paiement mensuel.",
            )
        ]

    def __str__(self) -> str:
        return self.number


class SlipMail(models.Model):
    """A message that carries a slip. A slip goes once; ``again``: somebody sent it once more, on purpose."""

    slip = models.ForeignKey(Slip, models.PROTECT, related_name="mails", verbose_name="relevé")
    mail = models.OneToOneField(
        "association.OutgoingMail", models.PROTECT, related_name="slip_mail", verbose_name="message"
    )
    again = models.BooleanField("de nouveau", default=False)
    reason = WordsField("motif", max_length=200, blank=True)

    class Meta:
        verbose_name = "envoi d'un relevé"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["slip"],
                condition=models.Q(again=False),
                name="slip_mail_goes_once",
                violation_error_message="Ce relevé est déjà envoyé.",
            ),
            models.CheckConstraint(
                condition=models.Q(again=False) | ~models.Q(reason=""),
                name="slip_mail_again_has_reason",
                violation_error_message="Envoyer de nouveau un relevé demande un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slip} ({self.mail_id})"
