"""What a person may do with a run now, in words: the steps of its machine, and those around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from association.jobs import LIVE
from association.models import Job, User
from association.money import euros, grouped
from association.permissions import TREASURER
from association.workflow import Offer, offers
from payments.models import Run
from payments.selectors.mandates import professionals_of
from payments.selectors.runs import RunSummary

# The step that leads on from each state, in the colour of the page.
MAIN = {
    Run.State.DRAFT: "submit",
    Run.State.SUBMITTED: "approve",
    Run.State.APPROVED: "export",
    Run.State.EXPORTED: "settle",
}
# The approval and the export of a normal month, in one press; no step of the machine.
CLOSING = "approve_and_export"
ORDER = (
    "submit",
    CLOSING,
    "approve",
    "countersign",
    "export",
    "settle",
    "prepare",
    "send_back",
    "take_back_export",
    "void",
    "cancel",
)
WORDS = {
    "cancel": "Le calcul est effacé. Les actions restent validées : le prochain paiement mensuel les reprendra.",
    "void": "Aucun virement ne part et les indemnités sont de nouveau dues. Le mois pourra être préparé de nouveau.",
    "take_back_export": "À faire si la banque a refusé tout le fichier, ou s’il n’a jamais été envoyé. "
    "Un nouveau fichier pourra être fait ; celui-ci est conservé.",
    "send_back": "Le paiement mensuel redevient un brouillon. Le motif est lu par la personne qui l’a soumis.",
    "export": "Le classeur de paiement et, si la banque est renseignée, le fichier de virements. Les virements sont "
    "alors considérés comme envoyés : transmettez le fichier à la banque.",
    "settle": "Les virements envoyés qui ne sont pas revenus seront marqués payés à cette date.",
}

BUSY = "Une tâche est en cours : attendez sa fin."
COUNTERSIGN = (
    "Ce paiement mensuel indemnise la personne qui le soumet, ou quelqu’un qui peut l’approuver : vous ajoutez un "
    "troisième nom. Une autre personne donnera le bon à payer."
)


@dataclass(frozen=True)
class RunStep:
    """A step as the page offers it; ``text`` is asked once more before it is done, ``form`` is what has to be known."""

    name: str
    label: str
    reason: str = ""
    needs_comment: bool = False
    danger: bool = False
    text: str = ""
    main: bool = False
    form: Any = None


def run_steps(
    run: Run, *, actor: User, figures: RunSummary, awaited: str = "", job: Job | None = None
) -> list[RunStep]:
    """Return what the actor may do with a run, what leads on first; each with what prevents it.

    Args:
        awaited: why the bank cannot have paid its transfers yet, in French; empty when it can.
        job: the last preparation or export asked for; while it is live, what leads on waits for its end.
    """
    if run.kind == Run.Kind.OPENING:
        return []
    steps = [_step(offer, run, figures) for offer in offers(run, actor=actor)]
    if awaited:
        steps = [replace(one, reason=one.reason or awaited) if one.name == "settle" else one for one in steps]
    steps += [step for step in (_prepare(run, actor), _countersign(run, actor)) if step]
    if any(step.name == "approve" and not step.reason for step in steps) and actor.has_perm("payments.export_run"):
        steps = [replace(step, main=False) if step.name == "approve" else step for step in steps]
        steps.append(RunStep(CLOSING, "Donner le bon à payer et exporter", text=_frozen(figures), main=True))
    if job and job.state in LIVE:
        steps = [step if step.danger or step.reason else replace(step, reason=BUSY) for step in steps]
    return sorted(steps, key=lambda step: ORDER.index(step.name))


def _step(offer: Offer, run: Run, figures: RunSummary) -> RunStep:
    text = WORDS.get(offer.name, "")
    if offer.name == "approve":
        text = _frozen(figures)
    return RunStep(
        offer.name,
        offer.label,
        offer.reason,
        offer.needs_comment,
        offer.danger,
        text,
        main=MAIN.get(Run.State(run.state)) == offer.name,
    )


def _frozen(figures: RunSummary) -> str:
    """What the approval freezes."""
    return (
        f"{grouped(figures.lines)} {'indemnités' if figures.lines >= 2 else 'indemnité'}, {euros(figures.due_cents)} ; "
        f"{grouped(figures.payments)} {'virements' if figures.payments >= 2 else 'virement'}, "
        f"{euros(figures.paid_cents)}. Indemnités et virements seront figés : rien ne pourra plus en être modifié."
    )


def _prepare(run: Run, actor: User) -> RunStep | None:
    if run.state != Run.State.DRAFT or not actor.has_perm("payments.prepare_run"):
        return None
    return RunStep("prepare", "Préparer de nouveau")


def _countersign(run: Run, actor: User) -> RunStep | None:
    """Offered to a third person when the run pays whoever submitted it, or another treasurer."""
    if run.state != Run.State.SUBMITTED or run.countersigned_by_id or not actor.has_perm("payments.approve_run"):
        return None
    if actor.pk == run.submitted_by_id:
        return None
    signers = User.objects.filter(Q(role=TREASURER) | Q(pk=run.submitted_by_id), is_active=True).exclude(pk=actor.pk)
    if not run.concerns(professionals_of(set(signers))):
        return None
    return RunStep("countersign", "Contresigner", text=COUNTERSIGN)
