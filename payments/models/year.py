"""The papers of a civil year: how entries are written, what was handed to the accountant, what the tax office asks."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone

from association.fields import WordsField
from association.identifiers import siret

# An account of the plan comptable has three digits at least; a software may go on with letters.
ACCOUNT_NUMBER = RegexValidator(
    r"\A[1-7][0-9]{2}[0-9A-Z]{0,17}\Z",
    "Un numéro de compte commence par trois chiffres, par exemple 467 ou 5121.",
)
JOURNAL_CODE = RegexValidator(
    r"\A[0-9A-Z]{1,6}\Z", "Un code de journal compte 1 à 6 lettres majuscules ou chiffres, par exemple OD."
)
POSTCODE = RegexValidator(r"\A[0-9]{5}\Z", "Un code postal compte cinq chiffres.")


MONTHS = {
    1: "janvier", 2: "février", 3: "mars", 4: "avril", 5: "mai", 6: "juin", 7: "juillet", 8: "août", 9: "septembre",
    10: "octobre", 11: "novembre", 12: "décembre",
}  # fmt: skip


class Das2Nature(models.TextChoices):
    """Under which heading of the DAS2 the sums are declared (form 2460, « montant des sommes versées »)."""

    FEES = "H", "H, honoraires et vacations"
    OTHER = "AR", "AR, autres rémunérations"


def _account(label: str) -> models.CharField[str, str]:
    return models.CharField(label, max_length=20, blank=True, validators=[ACCOUNT_NUMBER])


def _journal(label: str) -> models.CharField[str, str]:
    return models.CharField(label, max_length=6, blank=True, validators=[JOURNAL_CODE])


def _words(label: str) -> WordsField:
    return WordsField(label, max_length=80, blank=True)


class AccountingSettings(models.Model):
    """The accounts and journals chosen with the accountant, one row; nothing is assumed, nothing is exported before."""

    charge_account = _account("compte de charge")
    charge_label = _words("libellé du compte de charge")
    payable_account = _account("compte des bénéficiaires")
    payable_label = _words("libellé du compte des bénéficiaires")
    bank_account = _account("compte de banque")
    bank_label = _words("libellé du compte de banque")
    accrual_account = _account("compte de charges à payer")
    accrual_label = _words("libellé du compte de charges à payer")
    write_off_account = _account("compte des trop-perçus abandonnés")
    write_off_label = _words("libellé du compte des trop-perçus abandonnés")
    general_journal = _journal("code du journal des opérations diverses")
    general_label = _words("libellé du journal des opérations diverses")
    bank_journal = _journal("code du journal de banque")
    bank_journal_label = _words("libellé du journal de banque")
    first_month = models.PositiveSmallIntegerField(
        "premier mois de l'exercice", choices=list(MONTHS.items()), default=1
    )
    das2_nature = models.CharField(
        "nature des sommes sur la DAS2", max_length=2, choices=Das2Nature, default=Das2Nature.FEES
    )
    version = models.PositiveIntegerField("version", default=0)

    CHOSEN = (
        "charge_account", "charge_label", "payable_account", "payable_label", "bank_account", "bank_label",
        "accrual_account", "accrual_label", "general_journal", "general_label", "bank_journal", "bank_journal_label",
    )  # fmt: skip
    # Needed once the bureau gave up a trop-perçu, and not before.
    OF_WRITE_OFFS = ("write_off_account", "write_off_label")

    class Meta:
        verbose_name = "comptes et journaux"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="accounting_settings_one_row"),
            models.CheckConstraint(
                condition=models.Q(first_month__range=(1, 12)),
                name="accounting_settings_first_month",
                violation_error_message="Choisissez un mois, de janvier à décembre.",
            ),
        ]

    def __str__(self) -> str:
        return "Comptes et journaux"

    def clean(self) -> None:
        """Refuse one number for two accounts, or for both journals: an entry would cancel itself out."""
        said = {}
        others, account = ("payable_account", "bank_account", "accrual_account"), "Ce compte sert déjà plus haut"
        for names, what in (
            (("charge_account", *others), account),
            # What the bureau gives up may go back to the account of charges, if the accountant says so.
            ((*others, "write_off_account"), account),
            (("general_journal", "bank_journal"), "Ce code est celui de l’autre journal"),
        ):
            seen: set[str] = set()
            for name in names:
                chosen = getattr(self, name)
                if chosen and chosen in seen:
                    said[name] = f"{what} : choisissez-en un autre avec votre comptable."
                seen.add(chosen)
        if said:
            raise ValidationError(said)

    @classmethod
    def current(cls) -> AccountingSettings:
        """Return what was chosen (nothing until somebody chooses)."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @property
    def missing(self) -> list[str]:
        """What no entry can be written without, in French."""
        return self._empty(self.CHOSEN)

    @property
    def missing_for_write_offs(self) -> list[str]:
        """What a trop-perçu that was given up cannot be entered without, in French."""
        return self._empty(self.OF_WRITE_OFFS)

    def _empty(self, names: Iterable[str]) -> list[str]:
        return [str(self._meta.get_field(name).verbose_name) for name in names if not getattr(self, name)]  # type: ignore[union-attr]


class Das2Threshold(models.Model):
    """Above which yearly total a beneficiary is declared (DAS2), from a civil year on, in euro cents."""

    from_year = models.PositiveSmallIntegerField(
        "à partir de l'année",
        unique=True,
        validators=[MinValueValidator(2000), MaxValueValidator(2100)],
        error_messages={"unique": "Cette année a déjà son seuil."},
    )
    amount_cents = models.PositiveIntegerField("seuil")
    set_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    set_at = models.DateTimeField("fixé le", default=timezone.now)

    class Meta:
        verbose_name = "seuil de la DAS2"
        ordering = ["-from_year"]

    def __str__(self) -> str:
        return f"{self.from_year}"


class TaxIdentity(models.Model):
    """What the DAS2 asks of a beneficiary that no other page needs: SIRET of a person, postal address."""

    beneficiary = models.OneToOneField(
        "payments.Beneficiary", models.PROTECT, related_name="tax_identity", verbose_name="bénéficiaire"
    )
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[siret])
    address = WordsField("adresse", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True, validators=[POSTCODE])
    town = WordsField("commune", max_length=80, blank=True)
    version = models.PositiveIntegerField("version", default=0)

    class Meta:
        verbose_name = "identité fiscale"

    def __str__(self) -> str:
        return str(self.beneficiary)


class AccountingExport(models.Model):
    """The entries of a period as they were handed to the accountant, kept byte for byte: the period is closed.

    What happens afterwards, or was written down late, is in the next period.
    """

    starts_on = models.DateField("du", unique=True)
    ends_on = models.DateField("au", unique=True)
    entries_count = models.PositiveIntegerField("nombre d'écritures")
    debit_cents = models.BigIntegerField("total des débits")
    document = models.OneToOneField(
        "association.Document", models.PROTECT, related_name="+", verbose_name="écritures à importer"
    )
    workbook = models.OneToOneField("association.Document", models.PROTECT, related_name="+", verbose_name="classeur")
    made_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    made_at = models.DateTimeField("fait le", default=timezone.now)

    class Meta:
        verbose_name = "export comptable"
        ordering = ["-ends_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="accounting_export_period",
                violation_error_message="Une période finit après son début.",
            )
        ]

    def __str__(self) -> str:
        return f"Écritures du {self.starts_on:%d/%m/%Y} au {self.ends_on:%d/%m/%Y}"


class AccountingEntry(models.Model):
    """One entry of an export. ``event`` names what happened: it is exported once, in one period."""

    export = models.ForeignKey(AccountingExport, models.PROTECT, related_name="entries", verbose_name="export")
    event = models.CharField("fait", max_length=60, unique=True)
    number = models.CharField("numéro", max_length=20, unique=True)
    entry_on = models.DateField("date d'écriture")
    amount_cents = models.BigIntegerField("montant")

    class Meta:
        verbose_name = "écriture exportée"
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number


class YearClosing(models.Model):
    """The charges à payer of a fiscal year, as somebody stated them: entered on its last day, reversed on the next.

    ``frozen_cents``: priced in a run that was approved after it; ``validated_cents``: validated, in no run yet;
    ``declared_cents``: declared only, an estimate. All by the pricing function of the run.
    """

    ends_on = models.DateField(
        "dernier jour de l'exercice",
        unique=True,
        error_messages={"unique": "Les charges à payer de cet exercice sont déjà arrêtées."},
    )
    frozen_cents = models.BigIntegerField("indemnités figées après l'exercice")
    validated_cents = models.BigIntegerField("actions validées")
    declared_cents = models.BigIntegerField("actions déclarées, estimation")
    workbook = models.OneToOneField("association.Document", models.PROTECT, related_name="+", verbose_name="classeur")
    decided_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    decided_at = models.DateTimeField("arrêté le", default=timezone.now)

    class Meta:
        verbose_name = "charges à payer"
        ordering = ["-ends_on"]

    def __str__(self) -> str:
        return f"Charges à payer au {self.ends_on:%d/%m/%Y}"

    @property
    def total_cents(self) -> int:
        """What the entry of the last day amounts to."""
        return self.frozen_cents + self.validated_cents + self.declared_cents
