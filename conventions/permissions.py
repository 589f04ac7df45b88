"""Who may do what with conventions."""

from association.permissions import ARS, AUDITOR, OFFICE, REFERENT, SYSTEM

PERMISSIONS: dict[str, frozenset[str]] = {
    "conventions.view_convention": OFFICE | {ARS, AUDITOR, REFERENT},
    "conventions.manage_convention": OFFICE,
    "conventions.sign_convention": OFFICE,
    "conventions.end_convention": frozenset({SYSTEM}),
    "conventions.end_adhesion": OFFICE | {SYSTEM},
}
