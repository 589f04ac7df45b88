"""What of money the database itself refuses to change (docs/payment-rules.md, "Life of a run")."""

from association.immutability import declare_append_only, declare_frozen, declare_refusal
from payments.models import (
    Account,
    AccountingEntry,
    AccountingExport,
    Allocation,
    BankAnswer,
    BankAnswerLine,
    ControlSample,
    ControlSampleItem,
    DueLine,
    Exclusion,
    Grant,
    GrantAmendment,
    GrantDecision,
    Payment,
    Price,
    Recovery,
    RepaymentRequest,
    Run,
    RunExport,
    Slip,
    SlipMail,
    StatementMail,
    YearClosing,
    YearReopening,
)

FROZEN_RUN = "OLD.state NOT IN ('draft', 'submitted', 'cancelled')"
# Approval writes while the run is still submitted; an opening run (reprise) is written when it is made.
CLOSED_RUN = """NOT EXISTS (
    SELECT 1 FROM payments_run r WHERE r.id = NEW.run_id AND (r.state = 'submitted' OR r.kind = 'opening')
)"""

# The civil day of an instant is that of UTC here, which is never after the one of Paris: the service is exact.
PAID_EARLY = """NEW.paid_on IS NOT NULL AND OLD.paid_on IS NULL AND (
    EXISTS (
        SELECT 1 FROM payments_runexport e
        WHERE e.run_id = NEW.run_id AND e.not_transmitted_at IS NULL AND e.execution_on > NEW.paid_on
    ) OR EXISTS (
        SELECT 1 FROM payments_run r
        WHERE r.id = NEW.run_id AND r.kind <> 'opening' AND date(r.approved_at) > NEW.paid_on
    )
)"""


def declare() -> None:
    """Declare the rules; association.immutability installs them after every migration."""
    kept = (
        DueLine, Exclusion, Price, Recovery, YearReopening, Slip, SlipMail, BankAnswer, GrantAmendment, GrantDecision,
        ControlSample, ControlSampleItem, AccountingExport, AccountingEntry, YearClosing,
        StatementMail,
    )  # fmt: skip
    for model in kept:
        declare_append_only(model)
    declare_frozen(
        Run,
        when=FROZEN_RUN,
        columns=[
            "month", "sequence", "kind", "build", "checksum", "seal", "prepared_by", "prepared_at", "submitted_by",
            "submitted_at", "countersigned_by", "countersigned_at", "approved_by", "approved_at", "lines_count",
            "opening_cents", "new_cents", "paid_cents", "closing_cents", "waiting_cents",
        ],
        message="Ce paiement mensuel est figé depuis le bon à payer.",
    )  # fmt: skip
    declare_refusal(
        Run,
        name="unfreeze",
        operation="UPDATE",
        when=f"{FROZEN_RUN} AND NEW.state IN ('draft', 'submitted', 'cancelled')",
        message="Un paiement mensuel figé ne redevient pas un brouillon.",
    )
    for model in (DueLine, Exclusion, Payment):
        declare_refusal(
            model,
            name="closed_run",
            operation="INSERT",
            when=CLOSED_RUN,
            message="Rien ne s'ajoute à un paiement mensuel figé.",
        )
    declare_refusal(
        Payment,
        name="final_state",
        operation="UPDATE",
        when="NEW.state <> OLD.state AND (OLD.state IN ('void', 'rejected', 'returned') "
        "OR (OLD.state = 'paid' AND NEW.state <> 'returned'))",
        message="Un virement payé, rejeté, retourné ou sans effet le reste.",
    )
    declare_frozen(
        Payment,
        columns=[
            "run", "beneficiary", "amount_cents", "reference", "label", "account", "iban_hash", "iban_last4", "bic",
            "holder",
        ],
        message="Un virement est figé depuis le bon à payer : seul son état change.",
    )  # fmt: skip
    declare_refusal(
        Payment,
        name="paid_early",
        operation="UPDATE",
        when=PAID_EARLY,
        message="Un virement n’est payé ni avant son bon à payer ni avant la date demandée à la banque.",
    )
    declare_refusal(
        Payment,
        name="day_written",
        operation="UPDATE",
        when="(OLD.paid_on IS NOT NULL AND (NEW.paid_on IS NULL OR NEW.paid_on <> OLD.paid_on)) "
        "OR (OLD.back_on IS NOT NULL AND (NEW.back_on IS NULL OR NEW.back_on <> OLD.back_on))",
        message="Le jour d’un paiement ou d’un retour ne change plus une fois constaté.",
    )
    declare_frozen(
        Allocation,
        columns=["line", "payment"],
        message="Une affectation ne se modifie pas : elle se libère.",
    )
    declare_frozen(
        Allocation,
        name="released",
        when="OLD.released_at IS NOT NULL",
        columns=["released_at", "released_reason"],
        message="Une affectation libérée le reste.",
    )
    declare_frozen(
        Account,
        columns=[
            "beneficiary", "iban_hash", "iban_last4", "bic", "holder", "replaces", "scan", "comment", "origin",
            "entered_by", "entered_at",
        ],
        message="Un compte ne se modifie pas : proposez-en un autre.",
    )  # fmt: skip
    declare_frozen(
        RepaymentRequest,
        columns=[
            "number", "beneficiary", "amount_cents", "requested_on", "due_on", "reason", "detail", "requested_by",
        ],
        message="Une demande de remboursement ne se modifie pas : annulez-la, puis demandez de nouveau.",
    )  # fmt: skip
    declare_refusal(
        RepaymentRequest,
        name="final_state",
        operation="UPDATE",
        when="NEW.state <> OLD.state AND OLD.state NOT IN ('requested', 'partly')",
        message="Une demande de remboursement close le reste.",
    )
    declare_frozen(
        RunExport,
        columns=[
            "run", "version", "document", "bank_file", "execution_on", "transfers_count", "transfers_cents", "remarks",
            "made_at",
        ],
        message="Un fichier exporté est conservé tel quel.",
    )  # fmt: skip
    declare_frozen(
        BankAnswerLine,
        columns=[
            "answer",
            "position",
            "effect",
            "reference",
            "amount_cents",
            "day",
            "reason",
            "status",
            "payment",
            "run",
        ],
        message="Ce que la banque a écrit ne se modifie pas.",
    )
    declare_refusal(
        BankAnswerLine,
        name="decided",
        operation="UPDATE",
        when="NEW.outcome <> OLD.outcome "
        "AND (OLD.decided_by_id IS NOT NULL OR OLD.outcome NOT IN ('proposed', 'ambiguous'))",
        message="Une opération de la banque ne se décide qu’une fois.",
    )
    declare_frozen(
        Grant,
        when="OLD.state NOT IN ('draft', 'abandoned')",
        columns=["reference", "funder", "starts_on", "ends_on", "team_cents", "running_cents", "signed_on"],
        message="Une dotation signée ne se modifie pas : un avenant change ses montants.",
    )
