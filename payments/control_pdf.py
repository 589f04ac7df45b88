"""The "dossier de contrôle" on paper: what was drawn and how, then one part for each payment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from reportlab.platypus import Flowable, PageBreak

from actions.models import Action
from association.models import TransitionLog
from association.money import euros, grouped
from association.pdf.pieces import facts, gap, heading, label, lead, panel, small, table, title
from association.pdf.sheet import write_pdf
from association.pdf.text import long_date
from association.workbook.report import french
from payments.bank_reasons import BANK_REASONS
from payments.models import BankAnswerLine, ControlSample, ControlSampleItem, Payment, RunExport
from payments.selectors.control import Paper, PaymentFile, Piece, Proof
from payments.tables import CUT

WHY = dict(ControlSampleItem.Why.choices)
MISSING = "Absente de ce dossier : fichier en quarantaine, absent ou altéré."
NO_CONVENTION = "aucune (payé avant le démarrage)"


def write_control_pdf(
    sample: ControlSample,
    files: Sequence[PaymentFile],
    path: Path,
    *,
    gone: frozenset[int] = frozenset(),
    done: Callable[[], None] = lambda: None,
) -> None:
    """Write the file of a sample.

    Args:
        gone: keys of the evidence whose bytes could not be joined; the paper says so beside each.
        done: called after each payment.
    """
    story: list[Flowable] = [*_cover(sample, files)]
    for one in files:
        story += _payment(one, gone)
        done()
    write_pdf(
        path,
        story,
        title=f"Dossier de contrôle n° {sample.pk}",
        reference=f"Contrôle n° {sample.pk}, graine {sample.seed}",
        organisation=settings.ORGANISATION_NAME,
    )


def _cover(sample: ControlSample, files: Sequence[PaymentFile]) -> Iterator[Flowable]:
    yield title(f"Dossier de contrôle n° {sample.pk}")
    yield lead(f"Virements payés du {long_date(sample.starts_on)} au {long_date(sample.ends_on)}")
    above = euros(sample.above_cents) if sample.above_cents is not None else "aucun seuil"
    yield panel(
        french("Le tirage"),
        [
            ("Tiré par", f"{sample.drawn_by}, le {_instant(sample.drawn_at)}"),
            ("Population", f"{grouped(sample.population_count)} virements, {euros(sample.population_cents)}"),
            ("Tirés au sort", grouped(sum(one.why == ControlSampleItem.Why.DRAWN for one in files))),
            ("Tous à partir de", above),
            ("Montant du dossier", euros(sum(one.payment.amount_cents for one in files))),
            ("Graine", str(sample.seed)),
            (
                "Méthode",
                french(
                    "Les virements de la période sont rangés dans l’ordre de l’empreinte SHA-256 de "
                    "« graine:référence » ; les premiers sont tirés. Qui refait ce calcul retrouve les mêmes."
                ),
            ),
        ],
    )
    yield gap(10)
    yield small(
        "Des comptes bancaires, seule la fin de l’IBAN est montrée. Les virements d’avant le démarrage n’en sont pas."
    )
    yield from heading("Virements de ce dossier")
    rows = [
        (
            str(one.place),
            one.payment.reference,
            str(one.payment.beneficiary),
            one.payment.get_state_label(),
            f"{one.payment.paid_on:%d/%m/%Y}" if one.payment.paid_on else "",
            euros(one.payment.amount_cents),
            WHY[one.why],
        )
        for one in files
    ]
    head = ("N°", "Référence", "Bénéficiaire", "État", "Payé le", "Montant", "Retenu")
    yield from table(head, rows, shares=(0.9, 3.4, 2.5, 1.2, 1.8, 1.5, 1.3))


def _payment(one: PaymentFile, gone: frozenset[int]) -> Iterator[Flowable]:
    payment, run = one.payment, one.payment.run
    yield PageBreak()
    yield from heading(f"{one.place}. {payment.reference}, {euros(payment.amount_cents)}")
    pairs = [
        ("Bénéficiaire", str(payment.beneficiary)),
        ("Titulaire du compte", payment.holder),
        ("Compte", f"•••• {payment.iban_last4}" + (f", BIC {payment.bic}" if payment.bic else "")),
        ("Paiement mensuel", f"{run.in_words} ({run.get_state_label()})"),
    ]
    if payment.account is not None:
        account = payment.account
        by = account.verified_by
        verified = (
            f" ; vérifié par {by} le {_instant(account.verified_at)}"
            if by and account.verified_at
            else " ; non vérifié ici"
        )
        pairs.append(("Compte saisi", f"par {account.entered_by} le {_instant(account.entered_at)}{verified}"))
    pairs += [
        ("Soumis", _by(run.submitted_by, run.submitted_at)),
        ("Contresigné", _by(run.countersigned_by, run.countersigned_at)),
        ("Bon à payer", _by(run.approved_by, run.approved_at)),
    ]
    yield facts([(french(name), french(value)) for name, value in pairs if value])
    yield from label("Preuve de la banque")
    yield from _bank(one)
    yield from label(french("Indemnités que règle ce virement"))
    for proof in one.proofs:
        yield from _proof(proof, gone)


def _bank(one: PaymentFile) -> Iterator[Flowable]:
    payment = one.payment
    reason = BANK_REASONS.get(payment.bank_reason, "")
    state = f"{payment.get_state_label()}" + (f", {payment.bank_reason} {reason}" if payment.bank_reason else "")
    days = [
        *([f"payé le {long_date(payment.paid_on)}"] if payment.paid_on else []),
        *([f"rejeté ou revenu le {long_date(payment.back_on)}"] if payment.back_on else []),
    ]
    yield facts([("Référence de bout en bout", payment.reference), ("État", ", ".join([state, *days]))])
    rows = [(_instant(step.at), _label(Payment, step), str(step.actor), step.comment) for step in one.steps]
    yield from table(("Le", "Étape", "Par", "Motif"), rows, shares=(1.6, 2, 2, 3))
    yield gap(6)
    for export in one.exports:
        yield small(french(_export_said(export)))
    for answer in one.answers:
        yield small(french(_answer_said(answer)))


def _export_said(export: RunExport) -> str:
    file = export.bank_file or export.document
    said = (
        f"Fichier {file.filename}, version {export.version}, fait le {_instant(export.made_at)}, SHA-256 {file.sha256}"
    )
    if export.execution_on:
        said += f", exécution demandée le {long_date(export.execution_on)}"
    if export.not_transmitted_at:
        said += f" ; déclaré non transmis par {export.not_transmitted_by} : {export.not_transmitted_reason}"
    return f"{said}."


def _answer_said(line: BankAnswerLine) -> str:
    """What a file of the bank said of a payment, and who confirmed it."""
    answer = line.answer
    said = (
        f"Retour de la banque {answer.document.filename} ({answer.get_kind_display()}), opération {line.position} : "
        f"{line.get_effect_display().lower()}"
    )
    if line.amount_cents is not None:
        said += f" {euros(line.amount_cents)}"
    if line.day:
        said += f" le {long_date(line.day)}"
    by = f", confirmé par {line.decided_by} le {_instant(line.decided_at)}" if line.decided_at else ""
    return f"{said}{by}, SHA-256 {answer.sha256}."


def _proof(proof: Proof, gone: frozenset[int]) -> Iterator[Flowable]:
    row = proof.line
    action = row.participation.action
    yield from label(f"{action.reference}, {action.get_type_display()}, {long_date(row.held_on)}")
    cuts = ", ".join(CUT.get(code, code) for code in row.cut_by.split("+")) if row.cut_by else ""
    price = row.price
    pairs = [
        ("Professionnel", f"{row.professional}, RPPS {row.professional.rpps}, {row.participation.get_role_display()}"),
        ("Équipe", f"{row.team.name} ({row.team.code})"),
        (
            "Montant",
            f"{euros(row.amount_cents)}, {row.get_kind_display().lower()}" + (f", écrêtée : {cuts}" if cuts else ""),
        ),
        (
            "Tarif appliqué",
            f"{euros(row.price_cents)}"
            + (f", en vigueur le {price.starts_on:%d/%m/%Y}, version {price.version}" if price else ""),
        ),
        ("Convention", _convention_said(proof)),
        ("Papiers", "\n".join(_paper_said(paper) for paper in proof.papers)),
        ("Présents", " ; ".join(_present(part) for part in proof.attendance)),
        ("Pièces", "\n".join(_piece_said(piece, gone) for piece in proof.pieces) or "aucune pièce déposée"),
        ("Étapes", "\n".join(f"{_label(Action, step)}, {step.actor}, {_instant(step.at)}" for step in proof.steps)),
    ]
    if proof.allocation.released_at:
        pairs.append(("Libérée", f"le {_instant(proof.allocation.released_at)} : {proof.allocation.released_reason}"))
    yield facts([(french(name), french(value)) for name, value in pairs if value])


def _paper_said(paper: Paper) -> str:
    if paper.document is None:
        return f"{paper.label} : hors des droits de qui a tiré ce dossier"
    return f"{paper.label} : {paper.document.filename}, SHA-256 {paper.document.sha256}"


def _convention_said(proof: Proof) -> str:
    convention = proof.line.convention
    if convention is None:
        return NO_CONVENTION
    said = (
        f"{convention.number}, signée le {convention.signed_on:%d/%m/%Y}, "
        if convention.signed_on
        else f"{convention.number}, "
    )
    said += f"en vigueur du {convention.effective_on:%d/%m/%Y} au {convention.ends_on:%d/%m/%Y}"
    signed = proof.adhesion.signed_on if proof.adhesion else None
    return said + (
        f" ; adhésion signée le {signed:%d/%m/%Y}" if signed else " ; adhésion sous un autre numéro, ou absente"
    )


def _present(part: object) -> str:
    refused = " (refusée)" if getattr(part, "refused_at", None) else ""
    return f"{part.professional}, {part.get_role_display().lower()}{refused}"  # type: ignore[attr-defined]


def _piece_said(piece: Piece, gone: frozenset[int]) -> str:
    evidence = piece.evidence
    said = f"{evidence.get_kind_display()}, déposée par {evidence.added_by} le {_instant(evidence.added_at)}"
    if piece.document is None or evidence.pk in gone:
        return f"{said}. {MISSING}"
    return f"{said}, {piece.document.filename}, SHA-256 {evidence.sha256}"


def _label(model: type[Action] | type[Payment], step: TransitionLog) -> str:
    field = model._meta.get_field("state")
    names = {one.name: one.custom["label"] for one in field.get_all_transitions(model)}  # type: ignore[union-attr]
    states = dict(field.flatchoices)  # type: ignore[union-attr]
    origin = {"reprise": "Reprise du classeur", "demo": "Région de démonstration"}.get(step.origin, "Création")
    return f"{names.get(step.transition, origin)} → {states.get(step.to_state, step.to_state)}"


def _by(person: object, at: datetime | None) -> str:
    return f"par {person}, le {_instant(at)}" if person and at else ""


def _instant(at: datetime) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y à %H:%M}"
