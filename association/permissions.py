"""Permissions of the roles, in code: one table per app, the same in every installation, tested as a matrix.

An app lists its own in ``permissions.py`` and grants them in ``AppConfig.ready``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from allauth.account.auth_backends import AuthenticationBackend
from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from association.models.users import User

STAFF, TREASURER, ARS, AUDITOR, REFERENT, ADMIN, SYSTEM = (
    "staff",
    "treasurer",
    "ars",
    "auditor",
    "referent",
    "admin",
    "system",
)
OFFICE = frozenset({STAFF, TREASURER})

_granted: dict[str, frozenset[str]] = {}


def grant(table: Mapping[str, frozenset[str] | set[str]]) -> None:
    """Add an app's table: permission ``app.codename`` to the roles that have it."""
    for permission, roles in table.items():
        _granted[permission] = frozenset(roles)


def granted() -> Mapping[str, frozenset[str]]:
    """Return the whole matrix."""
    return _granted


def roles_with(permission: str) -> frozenset[str]:
    """Return the roles that have ``permission``.

    Raises:
        LookupError: for a permission that no app declares; a typing mistake must not read as "nobody".
    """
    try:
        return _granted[permission]
    except KeyError:
        raise LookupError(f"no app declares the permission {permission!r}") from None


def require(user: User, permission: str) -> None:
    """Raise PermissionDenied, with a French sentence, unless the role of ``user`` has ``permission``."""
    if not user.has_perm(permission):
        raise PermissionDenied("Votre rôle ne permet pas cette opération.")


class RoleBackend(AuthenticationBackend):
    """Sign-in by e-mail; an access that has ended is refused, also in the middle of a session."""

    def user_can_authenticate(self, user: Any) -> bool:
        return bool(getattr(user, "may_sign_in", False))


PERMISSIONS: dict[str, frozenset[str]] = {
    "association.view_team": OFFICE | {ARS, AUDITOR, REFERENT, ADMIN},
    # Who answers in a team, with telephone and mail: the ARS reads names in the files of a recognition alone.
    "association.view_team_contact": OFFICE | {AUDITOR, REFERENT, ADMIN},
    "association.manage_team": OFFICE,
    # Board and map: a referent has one team, and its dossier says all of it.
    "association.view_overview": OFFICE | {ARS, AUDITOR, ADMIN},
    # What it finds is asked kind by kind: each names its own permission.
    "association.search": OFFICE | {ARS, AUDITOR, REFERENT, ADMIN},
    "association.view_calendar": OFFICE | {ARS, AUDITOR, REFERENT, ADMIN},
    "association.subscribe_calendar": OFFICE | {ARS, AUDITOR, REFERENT, ADMIN},
    # Own preferences: the pages of each account.
    "association.choose_preferences": OFFICE | {ARS, AUDITOR, REFERENT, ADMIN},
    "association.view_project": OFFICE | {ARS, REFERENT},
    "association.edit_project": OFFICE | {REFERENT},
    "association.view_recognition": OFFICE | {ARS, REFERENT},
    "association.give_opinion": OFFICE | {ARS},
    "association.decide_recognition": OFFICE | {ARS},
    "association.end_convention_of_team": OFFICE | {SYSTEM},
    "association.view_professional": OFFICE | {AUDITOR, REFERENT, ADMIN},
    # Whoever is outside the association: a look at the names in a recognition file is logged.
    "association.look_is_logged": frozenset({ARS}),
    "association.view_members": OFFICE | {ARS, AUDITOR, REFERENT, ADMIN},
    "association.manage_professional": OFFICE,
    "association.join_professionals": OFFICE,
    "association.view_structure": OFFICE | {ARS, AUDITOR, ADMIN},
    "association.manage_structure": OFFICE,
    "association.view_attestation": OFFICE | {REFERENT},
    "association.issue_attestation": OFFICE,
    "association.view_exchanges": OFFICE,
    "association.write_exchange": OFFICE,
    "association.view_outbox": OFFICE | {ADMIN},
    "association.view_journal": OFFICE | {AUDITOR, ADMIN},
    "association.view_findings": OFFICE | {ADMIN, REFERENT},
    "association.manage_rules": frozenset({ADMIN}),
    # A document of a dossier; letters and what was submitted are opened by view_recognition.
    "association.view_dossier_document": OFFICE | {AUDITOR},
    "association.file_document": OFFICE,
    "association.quarantine_document": OFFICE | {ADMIN},
    "association.import_workbook": frozenset({ADMIN}),
    "association.run_job": OFFICE | {ADMIN, ARS, AUDITOR, REFERENT, SYSTEM},
    "association.work_job": frozenset({SYSTEM}),
    # Any role may ask for a document; each document names the permission that opens it.
    "association.open_document": OFFICE | {ADMIN, ARS, AUDITOR, REFERENT},
    "association.view_job": OFFICE | {ADMIN, AUDITOR},
}
