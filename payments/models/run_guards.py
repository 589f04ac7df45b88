"""What has to hold before a run takes a step: each guard returns nothing, or the reason in French."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from association.money import counted

if TYPE_CHECKING:
    from payments.models.runs import Run


def is_prepared(run: Run, actor: Any, arguments: Any) -> str | None:
    if run.build is None:
        return "Le calcul n’est pas terminé : préparez d’abord le paiement mensuel."
    return None


def has_no_errors(run: Run, actor: Any, arguments: Any) -> str | None:
    count = run.errors.filter(build=run.build).count()
    if count:
        lines = counted(count, "indemnité,indemnités")
        return f"{lines} sans tarif : publiez le tarif manquant puis préparez de nouveau."
    return None


def passes_preflight(run: Run, actor: Any, arguments: Any) -> str | None:
    """The checks whose severity was set to blocking (payments.preflight)."""
    from payments.selectors.preflight import blocking_reason

    return blocking_reason(run)


def is_not_the_submitter(run: Run, actor: Any, arguments: Any) -> str | None:
    """Four eyes: whoever submitted a run cannot approve it."""
    if run.submitted_by_id == actor.pk:
        return "Vous avez soumis ce paiement mensuel : une autre personne doit donner le bon à payer."
    return None


def is_countersigned(run: Run, actor: Any, arguments: Any) -> str | None:
    """Lines that pay the approver or the submitter need another approver's name, and never the same one twice."""
    from payments.selectors.mandates import professionals_of

    if run.countersigned_by_id == actor.pk:
        return "Vous avez contresigné ce paiement mensuel : une autre personne doit donner le bon à payer."
    interested = {run.submitted_by, actor}
    if not run.concerns(professionals_of({user for user in interested if user})):
        return None
    if run.countersigned_by_id is None or run.countersigned_by in interested:
        return (
            "Ce paiement mensuel indemnise la personne qui le soumet ou qui l’approuve : "
            "un autre trésorier doit d’abord le contresigner."
        )
    return None


def has_never_been_exported(run: Run, actor: Any, arguments: Any) -> str | None:
    """A file that existed may have reached the bank: only the payments one by one can then be taken back."""
    if run.exports.exists():
        return "Un fichier a déjà été fait de ce paiement mensuel : son bon à payer ne se retire plus."
    return None


def nothing_of_its_file_was_paid(run: Run, actor: Any, arguments: Any) -> str | None:
    """A bank that paid a transfer of a file has the file."""
    paid = run.payments.filter(state="paid").count()
    if paid:
        transfers = counted(
            paid, "virement de ce fichier est constaté payé,virements de ce fichier sont constatés payés"
        )
        return f"{transfers} : la banque l’a reçu. Notez les rejets et les retours virement par virement."
    return None


def every_payment_has_left(run: Run, actor: Any, arguments: Any) -> str | None:
    waiting = run.payments.filter(state__in=["pending", "held"]).count()
    if waiting:
        what = "est en attente ou en suspens : annulez-le ou faites-le partir d’abord."
        if waiting >= 2:
            what = "sont en attente ou en suspens : annulez-les ou faites-les partir d’abord."
        return f"{counted(waiting, 'virement,virements')} {what}"
    return None
