"""Encrypted fields and the rotation of their keys."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from association.fields import FieldKeyMissing
from association.rotation import encrypted_columns
from payments.models import Account, Payment
from tests import factories

pytestmark = pytest.mark.django_db


def ciphertexts(model: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT iban FROM "{model._meta.db_table}" ORDER BY id')
        return [text for (text,) in cursor.fetchall()]


@pytest.fixture
def account() -> Account:
    return factories.AccountFactory(verified=True)


def test_value_is_never_stored_in_clear(account: Account) -> None:
    assert account.iban not in ciphertexts(Account)[0]
    assert Account.objects.get(pk=account.pk).iban == account.iban


def test_rotation_keeps_values_readable_with_the_new_key_alone(account: Account, settings: Any) -> None:
    before = ciphertexts(Account)
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    call_command("rotate_field_keys", stdout=StringIO())
    assert ciphertexts(Account) != before
    settings.FIELD_KEYS = [new]
    assert Account.objects.get(pk=account.pk).iban == account.iban


def test_rotation_passes_through_frozen_rows(settings: Any) -> None:
    payment = factories.PaymentFactory(pending=True)
    payment.refresh_from_db()
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    said = StringIO()
    call_command("rotate_field_keys", stdout=said)
    settings.FIELD_KEYS = [new]
    assert Payment.objects.get(pk=payment.pk).iban == payment.iban
    assert "payments.Payment.iban : 1 valeur" in said.getvalue()


def test_rotation_takes_a_fixed_number_of_queries_per_chunk(django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        factories.AccountFactory(verified=True)
    with django_assert_max_num_queries(6 + 4 * len(encrypted_columns())):
        call_command("rotate_field_keys", stdout=StringIO())


def test_missing_key_is_an_error_and_never_shows_the_ciphertext(account: Account, settings: Any) -> None:
    stored = ciphertexts(Account)[0]
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(FieldKeyMissing) as missing:
        Account.objects.get(pk=account.pk)
    assert "FIELD_KEYS" in str(missing.value)
    assert stored[:20] not in str(missing.value)


def test_rotation_without_the_old_key_changes_nothing(account: Account, settings: Any) -> None:
    before = ciphertexts(Account)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="remettez dans FIELD_KEYS"):
        call_command("rotate_field_keys", stdout=StringIO())
    assert ciphertexts(Account) == before


def test_same_value_is_written_differently_each_time(account: Account) -> None:
    first = ciphertexts(Account)
    call_command("rotate_field_keys", stdout=StringIO())
    assert ciphertexts(Account) != first
