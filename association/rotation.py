"""Rotation of the field keys: every encrypted value written again with the first key of FIELD_KEYS.

The ciphertext changes, the value does not: the triggers of frozen rows (association.immutability) do not name these
columns, so that a key can also be withdrawn from what is for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import transaction

from association.fields import EncryptedField

CHUNK = 500


def encrypted_columns() -> list[EncryptedField]:
    """Return every encrypted field of every model, in a fixed order."""
    fields = [
        field
        for model in apps.get_models()
        if not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedField)
    ]
    return sorted(fields, key=lambda field: (field.model._meta.label, field.name))


def rotate(field: EncryptedField) -> Iterator[int]:
    """Write every value of one column again with the first key; yield how many after each chunk.

    In short transactions, and done again from the start after an interruption: a value is readable at any moment with
    the keys that were given.

    Raises:
        FieldKeyMissing: when no key opens a value; what was written before stays readable.
    """
    rows = field.model._base_manager.exclude(**{f"{field.name}__isnull": True}).exclude(**{field.name: ""})
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk").only("pk", field.name)[:CHUNK]):
        with transaction.atomic():
            field.model._base_manager.bulk_update(chunk, [field.name])
        last = chunk[-1].pk
        yield len(chunk)
