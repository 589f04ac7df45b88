"""The settings of declaring and validating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from actions.models import ActionSettings, EvidenceKind
from association.journal import StaleEdit, changes_since, record
from association.models import User
from association.nomenclature import ActionType
from association.permissions import require


@transaction.atomic
def change_settings(
    *,
    late_months: int,
    validated_by_another: bool,
    required_evidence: Mapping[str, Sequence[str]],
    version: int,
    actor: User,
) -> ActionSettings:
    """Write the settings that differ, each with its line in the journal; they hold from the next declaration on.

    Args:
        late_months: after how many months a declaration is signalled.
        required_evidence: kinds by type of action, both by their codes.

    Raises:
        StaleEdit: when somebody else changed them since ``version``.
    """
    require(actor, "actions.change_settings")
    ActionSettings.objects.get_or_create(pk=1)
    fresh = ActionSettings.objects.select_for_update().get(pk=1)
    if version != fresh.version:
        raise StaleEdit(changes_since(fresh, version))
    before = _said(fresh)
    fresh.late_months, fresh.validated_by_another = late_months, validated_by_another
    fresh.required_evidence = {kind: sorted(codes) for kind, codes in sorted(required_evidence.items()) if codes}
    fresh.full_clean()
    after = _said(fresh)
    changes = [(name, label, before[name][1], said) for name, (label, said) in after.items() if before[name][1] != said]
    if changes:
        fresh.version += 1
        fresh.save()
        record(fresh, changes, actor=actor)
    return fresh


def _said(settings: ActionSettings) -> dict[str, tuple[str, str]]:
    """Return the label and the value in words of each setting."""
    said = {
        "late_months": ("Signaler une déclaration après", f"{settings.late_months} mois"),
        "validated_by_another": (
            "Personne ne valide ce qu'il a déclaré",
            "oui" if settings.validated_by_another else "non",
        ),
    }
    for kind in ActionType:
        required = ", ".join(str(EvidenceKind(one).label) for one in settings.required_of(kind))
        said[f"required_{kind.value}"] = (f"Pièces exigées, {kind.value}", required)
    return said
