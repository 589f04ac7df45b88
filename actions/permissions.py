"""Who may do what with actions."""

from association.permissions import AUDITOR, OFFICE, REFERENT

PERMISSIONS: dict[str, frozenset[str]] = {
    "actions.view_action": OFFICE | {AUDITOR, REFERENT},
    "actions.declare_action": OFFICE | {REFERENT},
    "actions.validate_action": OFFICE,
    "actions.lift_deadline": OFFICE,
}
