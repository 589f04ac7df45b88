"""The fiscal year: its first month is a setting, and a closing has its last day.

Trop-perçus given up have an account, and the statements of a year leave by e-mail.
"""

from datetime import date

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import association.fields

ACCOUNT = django.core.validators.RegexValidator(
    "\\A[1-7][0-9]{2}[0-9A-Z]{0,17}\\Z", "Un numéro de compte commence par trois chiffres, par exemple 467 ou 5121."
)
MONTHS = [
    (1, "janvier"), (2, "février"), (3, "mars"), (4, "avril"), (5, "mai"), (6, "juin"), (7, "juillet"), (8, "août"),
    (9, "septembre"), (10, "octobre"), (11, "novembre"), (12, "décembre"),
]  # fmt: skip
TRIGGER = "frozen_payments_yearclosing_update"


def write_last_days(apps, schema_editor):
    """Until now a closing was that of a civil year."""
    _let_write(schema_editor)
    closings = apps.get_model("payments", "YearClosing").objects
    for row in closings.all():
        closings.filter(pk=row.pk).update(ends_on=date(row.year, 12, 31))


def write_years(apps, schema_editor):
    _let_write(schema_editor)
    closings = apps.get_model("payments", "YearClosing").objects
    for row in closings.all():
        closings.filter(pk=row.pk).update(year=row.ends_on.year)


def _let_write(schema_editor):
    """Closings are append-only; the trigger is written again after every migration."""
    table = "" if schema_editor.connection.vendor == "sqlite" else ' ON "payments_yearclosing"'
    schema_editor.execute(f'DROP TRIGGER IF EXISTS "{TRIGGER}"{table}')


class Migration(migrations.Migration):
    dependencies = [
        ("association", "0009_who_held_which_right"),
        ("payments", "0011_bank_days"),
    ]

    operations = [
        migrations.AlterModelOptions("yearclosing", {"ordering": ["-ends_on"], "verbose_name": "charges à payer"}),
        migrations.AddField(
            "yearclosing", "ends_on", models.DateField(null=True, verbose_name="dernier jour de l'exercice")
        ),
        migrations.AlterField("yearclosing", "year", models.PositiveSmallIntegerField("année", null=True)),
        migrations.RunPython(write_last_days, write_years),
        migrations.RemoveField("yearclosing", "year"),
        migrations.AlterField(
            "yearclosing",
            "ends_on",
            models.DateField(
                error_messages={"unique": "Les charges à payer de cet exercice sont déjà arrêtées."},
                unique=True,
                verbose_name="dernier jour de l'exercice",
            ),
        ),
        migrations.AlterField(
            "yearclosing", "frozen_cents", models.BigIntegerField(verbose_name="indemnités figées après l'exercice")
        ),
        migrations.AddField(
            "accountingsettings",
            "das2_nature",
            models.CharField(
                choices=[("H", "H, honoraires et vacations"), ("AR", "AR, autres rémunérations")],
                default="H",
                max_length=2,
                verbose_name="nature des sommes sur la DAS2",
            ),
        ),
        migrations.AddField(
            "accountingsettings",
            "first_month",
            models.PositiveSmallIntegerField(choices=MONTHS, default=1, verbose_name="premier mois de l'exercice"),
        ),
        migrations.AddField(
            "accountingsettings",
            "write_off_account",
            models.CharField(
                blank=True, max_length=20, validators=[ACCOUNT], verbose_name="compte des trop-perçus abandonnés"
            ),
        ),
        migrations.AddField(
            "accountingsettings",
            "write_off_label",
            association.fields.WordsField(
                blank=True, max_length=80, verbose_name="libellé du compte des trop-perçus abandonnés"
            ),
        ),
        migrations.AddConstraint(
            "accountingsettings",
            models.CheckConstraint(
                condition=models.Q(("first_month__range", (1, 12))),
                name="accounting_settings_first_month",
                violation_error_message="Choisissez un mois, de janvier à décembre.",
            ),
        ),
        migrations.AddIndex(
            "payment",
            models.Index(fields=["beneficiary", "state", "paid_on", "amount_cents"], name="payment_of_payee"),
        ),
        migrations.CreateModel(
            name="StatementMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="année")),
                ("net_cents", models.BigIntegerField(verbose_name="net de l'année")),
                ("again", models.BooleanField(default=False, verbose_name="de nouveau")),
                ("reason", association.fields.WordsField(blank=True, max_length=200, verbose_name="motif")),
                (
                    "beneficiary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statement_mails",
                        to="payments.beneficiary",
                        verbose_name="bénéficiaire",
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="association.document",
                        verbose_name="relevé",
                    ),
                ),
                (
                    "mail",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statement_mail",
                        to="association.outgoingmail",
                        verbose_name="message",
                    ),
                ),
            ],
            options={
                "verbose_name": "envoi d'un relevé annuel",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("again", False)),
                        fields=("beneficiary", "year"),
                        name="statement_mail_goes_once",
                        violation_error_message="Le relevé de cette année est déjà envoyé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("again", False), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="statement_mail_again_has_reason",
                        violation_error_message="Envoyer de nouveau un relevé demande un motif.",
                    ),
                ],
            },
        ),
    ]
