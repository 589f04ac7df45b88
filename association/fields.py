"""Fields of the house: text that refuses a NIR, text that is encrypted at rest."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from association.identifiers import refuse_nir


class _RefusesNir(models.Field):
    """Checks at the form (validator) and again at every write: a bulk write passes no form."""

    default_validators = [refuse_nir]

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str):
            refuse_nir(value)
        return super().get_db_prep_save(value, connection)


class WordsField(_RefusesNir, models.CharField):
    """A line of free text without patient data."""


class ProseField(_RefusesNir, models.TextField):
    """Free text without patient data."""


class FieldKeyMissing(Exception):
    """No key of FIELD_KEYS opens a value: the key was lost or left out. Never shown as a value."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in keys])


def cipher() -> MultiFernet:
    """Return the cipher of FIELD_KEYS: the first key writes, every key reads (rotation)."""
    return _cipher(tuple(settings.FIELD_KEYS))


def keyed_hash(value: str) -> str:
    """Return the keyed hash that finds the same value twice without reading it (HMAC-SHA-256, 64 hex digits)."""
    return hmac.new(settings.FIELD_HASH_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()


class EncryptedField(models.TextField):
    """Text that only the holder of FIELD_KEYS can read.

    The ciphertext differs at each write, so the column cannot be searched: keep a `keyed_hash` beside it.
    """

    description = "Texte chiffré"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value in (None, "") else cipher().encrypt(value.encode()).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if value in (None, ""):
            return value
        try:
            return cipher().decrypt(str(value).encode()).decode()
        except InvalidToken:
            raise FieldKeyMissing(
                f"Aucune clé de FIELD_KEYS ne déchiffre {self.model._meta.label}.{self.name} : "
                "remettez dans FIELD_KEYS la clé avec laquelle la valeur a été écrite."
            ) from None
