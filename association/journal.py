"""Changes of fields that matter, written where the field is written; and two people on the same object.

`save_changes` is the one way in which a form changes a shared object: under its lock, with the version that the page
had shown, each change kept with who, when, before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone

from association.models import FieldChange, Team, User
from association.money import euros
from association.workflow import lock

ModelT = TypeVar("ModelT", bound=models.Model)


class StaleEdit(Exception):
    """Somebody else changed the object since the page was shown; nothing was written.

    Attributes:
        changes: what the others changed since, oldest first; empty when the page did not say what it had shown.
        version: the one of now, if the object has one.
        reason: a French sentence that one can show.
    """

    def __init__(self, changes: list[FieldChange], *, version: int | None = None) -> None:
        self.changes, self.version = changes, version
        self.reason = _told(changes)
        super().__init__(self.reason)


def save_changes(
    obj: ModelT, *, values: Mapping[str, Any], version: int | None, actor: User, team: Team | None = None
) -> ModelT:
    """Write the values that differ, one journal row each, and return the fresh row.

    Args:
        obj: a model with ``version``; left as it was.
        values: by field name; many-to-many fields take a list of objects.
        version: the one that the page had shown; None when nobody looked at a page (a service of its own).
        team: the dossier that the change belongs to (of the object itself, when it is a team).

    Raises:
        StaleEdit: when the object has moved on since ``version``; nothing is written.
        ValidationError: with what is wrong, by field, in French.
    """
    with transaction.atomic():
        fresh: Any = lock(obj)
        if version is not None and version != fresh.version:
            raise StaleEdit(changes_since(fresh, version), version=fresh.version)
        single, many = _split(fresh, values)
        before = {name: _shown(fresh, name) for name in values}
        for name, value in single.items():
            setattr(fresh, name, value)
        fresh.full_clean(exclude=[f.name for f in fresh._meta.concrete_fields if f.name not in single])
        changed_many = [name for name, value in many.items() if _keys(getattr(fresh, name).all()) != _keys(value)]
        for name in changed_many:
            getattr(fresh, name).set(many[name])
        after = {name: _shown(fresh, name) for name in values}
        changed = [name for name in values if before[name] != after[name]]
        if changed:
            fresh.version += 1
            fresh.save(update_fields=[*(name for name in changed if name in single), "version"])
            record(
                fresh,
                [(name, _label(fresh, name), before[name], after[name]) for name in changed],
                actor=actor,
                team=team,
            )
    return fresh


def record(
    obj: models.Model, changes: Iterable[tuple[str, str, str, str]], *, actor: User, team: Team | None = None
) -> list[FieldChange]:
    """Write journal rows for changes made elsewhere: (field, label on screen, before, after), in words."""
    dossier = obj if isinstance(obj, Team) else team
    content_type = ContentType.objects.get_for_model(obj)
    return FieldChange.objects.bulk_create(
        [
            FieldChange(
                content_type=content_type,
                object_id=obj.pk,
                team=dossier,
                subject=str(obj)[:200],
                field=field,
                label=label,
                before=before,
                after=after,
                version=getattr(obj, "version", 0),
                actor=actor,
            )
            for field, label, before, after in changes
        ]
    )


def in_full(obj: models.Model, names: Iterable[str], *, gone: bool = False) -> list[tuple[str, str, str, str]]:
    """Return what a whole object says, for `record`: each field that is filled, as written, or as it was removed."""
    said = [(name, _label(obj, name), _shown(obj, name)) for name in names]
    return [(name, label, words if gone else "", "" if gone else words) for name, label, words in said if words]


def changes_since(obj: models.Model, version: int) -> list[FieldChange]:
    """Return what was changed after ``version`` of an object, oldest first; nothing for -1, the version of no page."""
    return [change for change in changes_of(obj) if change.version > version] if version >= 0 else []


def changes_of(obj: models.Model) -> list[FieldChange]:
    """Return all that was changed of an object, oldest first."""
    rows = FieldChange.objects.filter(content_type=ContentType.objects.get_for_model(obj), object_id=obj.pk)
    return list(rows.select_related("actor").order_by("at", "pk"))


def in_words(value: Any) -> str:
    """Return a value as the journal shows it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, (list, tuple)):
        return ", ".join(in_words(one) for one in value)
    return str(value)


def amount_in_words(name: str, value: Any) -> str:
    """Return the value of a field as the journal shows it: an amount, which its name tells, in euros."""
    return euros(value) if name.endswith("_cents") and isinstance(value, int) else in_words(value)


def _told(changes: list[FieldChange]) -> str:
    if not changes:
        return (
            "Cette fiche a pu être modifiée depuis que vous l'avez ouverte. Rien n'a été enregistré, et rien de ce que "
            "vous avez saisi n'est perdu : relisez-la, puis enregistrez de nouveau."
        )
    last = changes[-1]
    said = "; ".join(
        f"{change.label} : « {change.before or 'vide'} » est devenu « {change.after or 'vide'} »" for change in changes
    )
    at = timezone.localtime(last.at)
    return (
        f"{last.actor} a modifié cette fiche le {at:%d/%m/%Y à %H:%M}. Rien de ce que vous avez saisi n'a été "
        f"enregistré, et rien n'est perdu. Entre-temps : {said}. Enregistrez de nouveau pour garder votre saisie."
    )


def _split(obj: models.Model, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    many_names = {field.name for field in obj._meta.many_to_many}
    single = {name: value for name, value in values.items() if name not in many_names}
    return single, {name: list(value) for name, value in values.items() if name in many_names}


def _keys(objects: Iterable[Any]) -> set[Any]:
    return {obj.pk for obj in objects}


def _label(obj: models.Model, name: str) -> str:
    label = str(obj._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def _shown(obj: Any, name: str) -> str:
    field = obj._meta.get_field(name)
    if field.many_to_many:
        return ", ".join(sorted(str(one) for one in getattr(obj, name).all()))
    if field.choices:
        return str(getattr(obj, f"get_{name}_display")() or "")
    return amount_in_words(name, getattr(obj, name))
