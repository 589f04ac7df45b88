"""Who may do what with conventions."""

from association.permissions import ADMIN, ARS, AUDITOR, OFFICE, REFERENT, SYSTEM

PERMISSIONS: dict[str, frozenset[str]] = {
    "conventions.view_convention": OFFICE | {ARS, AUDITOR, REFERENT},
    # The agreed text names the members, and the reasons of a suspension or an early effect may name somebody: the ARS
    # sees dates and state, not the words.
    "conventions.view_text": OFFICE | {AUDITOR, REFERENT},
    # The system too: an amendment whose last signature is given on screen is signed and applied at once.
    "conventions.manage_convention": OFFICE | {SYSTEM},
    "conventions.sign_convention": OFFICE | {SYSTEM},
    # The system too: what ends with a recognition that the ARS withdraws.
    "conventions.stop_convention": OFFICE | {SYSTEM},
    "conventions.sign_own": frozenset({REFERENT}),
    "conventions.view_template": OFFICE | {ADMIN},
    "conventions.manage_template": frozenset({ADMIN}),
    "conventions.end_convention": frozenset({SYSTEM}),
    "conventions.end_adhesion": OFFICE | {SYSTEM},
}
