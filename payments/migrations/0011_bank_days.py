"""The day on which the bank refused a transfer or gave it back, kept with it."""

from typing import Any

from django.db import migrations, models
from django.utils import timezone

BACK = ["rejected", "returned"]


def date_what_came_back(apps: Any, schema_editor: Any) -> None:
    """Date what came back by the day on which it was noted, which is all that is known of it: never before it was paid."""
    Payment = apps.get_model("payments", "Payment")
    log = apps.get_model("association", "TransitionLog").objects
    noted = log.filter(content_type__app_label="payments", content_type__model="payment", to_state__in=BACK)
    days = {pk: timezone.localdate(at) for pk, at in noted.order_by("at").values_list("object_id", "at")}
    for payment in Payment.objects.filter(state__in=BACK).select_related("run").defer("iban").iterator():
        day = days.get(payment.pk) or timezone.localdate(payment.run.approved_at or payment.run.created_at)
        Payment.objects.filter(pk=payment.pk).update(back_on=max(day, payment.paid_on or day))


def leave_undated_to_a_person(apps: Any, schema_editor: Any) -> None:
    """A refusal or a return whose day the bank does not give can be noted by hand, no longer confirmed as it is."""
    lines = apps.get_model("payments", "BankAnswerLine").objects
    lines.filter(outcome="proposed", effect__in=BACK, day__isnull=True).update(
        outcome="ambiguous", sentence="La banque n’en donne pas la date."
    )


class Migration(migrations.Migration):
    dependencies = [
        ("association", "0009_who_held_which_right"),
        ("payments", "0010_rule_settings_version"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="back_on",
            field=models.DateField(blank=True, null=True, verbose_name="rejeté ou revenu le"),
        ),
        migrations.RunPython(date_what_came_back, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(leave_undated_to_a_person, migrations.RunPython.noop, elidable=True),
        migrations.RemoveConstraint(model_name="bankanswerline", name="bank_line_paid_has_day"),
        migrations.AddConstraint(
            model_name="bankanswerline",
            constraint=models.CheckConstraint(
                condition=~models.Q(effect__in=["paid", "rejected", "returned"])
                | ~models.Q(outcome="proposed")
                | models.Q(day__isnull=False),
                name="bank_line_proposal_has_day",
                violation_error_message="Un paiement, un rejet ou un retour proposé porte sa date.",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=~models.Q(state="paid") | models.Q(paid_on__isnull=False),
                name="payment_paid_has_day",
                violation_error_message="Un virement payé porte le jour de son paiement.",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=["rejected", "returned"], back_on__isnull=False)
                | (~models.Q(state__in=["rejected", "returned"]) & models.Q(back_on__isnull=True)),
                name="payment_back_has_day",
                violation_error_message="Un virement rejeté ou revenu porte son jour, et aucun autre.",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(paid_on__isnull=True)
                | models.Q(back_on__isnull=True)
                | models.Q(back_on__gte=models.F("paid_on")),
                name="payment_back_after_paid",
                violation_error_message="Un virement ne revient pas avant d’avoir été payé.",
            ),
        ),
    ]
