"""Who may do what with actions."""

from association.permissions import ADMIN, AUDITOR, OFFICE, REFERENT

PERMISSIONS: dict[str, frozenset[str]] = {
    "actions.view_action": OFFICE | {AUDITOR, REFERENT},
    "actions.declare_action": OFFICE | {REFERENT},
    "actions.validate_action": OFFICE,
    "actions.lift_deadline": OFFICE,
    # What shows that an action took place: sheets with the names and signatures of professionals.
    "actions.view_evidence": OFFICE | {AUDITOR, REFERENT},
    "actions.change_settings": frozenset({ADMIN}),
}
