"""No free text of the site takes a NIR: not a column, not a field of a form, not the comment of a step."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from association.fields import EncryptedField, ProseField, WordsField
from association.identifiers import NIR_REFUSED
from association.machine import StateField, Stateful, state_field
from association.models import TransitionLog, User
from association.workflow import enter_at, machines, refusal
from tests.factories import TeamFactory, UserFactory
from tests.house.test_house_rules import APPS

NIR = "Dossier du 1 85 05 78 006 084 91"

# Columns of text that nobody types as free text: identifiers, codes, addresses, and what the programme writes.
NOT_FREE = {
    "actions.Action": {"attestation_number", "entry_key", "reference"},
    "actions.Evidence": {"sha256"},
    "actions.ReceivedScan": {"sha256", "why"},
    "association.Attestation": {"number"},
    "association.BulkItem": {"label", "sentence"},
    "association.BulkOperation": {"listing", "step", "title"},
    "association.CalendarKey": {"key_sha256"},
    "association.Commune": {"code", "name", "postal_codes", "search_name"},
    "association.Company": {"code", "finess", "siret"},
    "association.Department": {"code", "name"},
    "association.Document": {"content_type", "permission", "sha256", "stored_as"},
    "association.EligibilityLevel": {"kind", "level", "rule"},
    "association.Epci": {"name", "siren"},
    "association.ExternalStructure": {"email", "finess", "phone", "siret"},
    # In the words of columns that are checked themselves.
    "association.FieldChange": {"after", "before", "field", "label", "subject"},
    "association.Job": {"error", "key", "kind", "title"},
    "association.LookLog": {"what"},
    "association.OutgoingMail": {"error", "to", "unsubscribe_url"},
    "association.Professional": {"email", "mssante", "phone", "rpps"},
    "association.Region": {"code", "name"},
    "association.SavedView": {"listing"},
    "association.Team": {"code", "contact_email", "contact_phone", "suspended_from"},
    "association.TeamFinding": {"code", "level", "sentence", "source", "subject"},
    "association.TeamStructure": {"rna", "siret"},
    "association.TerritoryEdition": {"checksum", "name", "year"},
    "association.TransitionLog": {"from_state", "origin", "to_state", "transition"},
    "association.User": {"email", "password"},
    "conventions.Amendment": {"agreed_sha256"},
    "conventions.Convention": {"agreed_sha256", "number"},
    "payments.Account": {"bic", "iban_hash", "iban_last4", "origin"},
    "payments.AccountingEntry": {"event", "number"},
    "payments.AccountingSettings": {
        "accrual_account",
        "bank_account",
        "bank_journal",
        "charge_account",
        "general_journal",
        "payable_account",
        "write_off_account",
    },
    "payments.BankAnswer": {"sha256"},
    "payments.BankAnswerLine": {"reason", "status"},
    "payments.BankDetails": {"bic", "iban_last4"},
    "payments.DueLine": {"action_type", "cut_by"},
    "payments.Exclusion": {"reason"},  # a code of payments.reasons
    "payments.Payment": {"bic", "iban_hash", "iban_last4", "reference"},
    "payments.ProvisionalExclusion": {"reason"},
    "payments.ProvisionalLine": {"action_type", "cut_by"},
    "payments.RepaymentRequest": {"number"},
    "payments.Run": {"checksum", "seal"},
    "payments.RunError": {"sentence"},
    "reports.ExtractRequest": {"rpps"},
    "payments.Slip": {"number"},
    "payments.TaxIdentity": {"postcode", "siret"},
    "reports.ReportVersion": {"sha256", "snapshot"},  # numbers, with the names of teams as they were
}
# Fields of forms whose text is compared with a number that is known, or checked by the model as the number it must be.
NUMBERS = {
    *((form, name) for form in ("CompanyForm", "CompletingCompanyForm") for name in ("siret", "finess")),
    ("NumberForm", "number"),
    ("YearForm", "replaces"),
}


def free_text(model: type[models.Model]) -> set[str]:
    """Return the columns of text that do not refuse a NIR by themselves, and are no choice."""
    checked = (WordsField, ProseField, EncryptedField, StateField)
    return {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, (models.CharField, models.TextField))
        and not isinstance(field, checked)
        and not field.choices
    }


def test_every_column_of_free_text_refuses_a_nir() -> None:
    found = {model._meta.label: free_text(model) for model in apps.get_models() if model._meta.app_label in APPS}
    assert {label: names for label, names in found.items() if names} == NOT_FREE


def all_forms() -> list[type[forms.BaseForm]]:
    """Return every form of the site, the filters' too."""
    for app in APPS:
        for module in pkgutil.walk_packages(importlib.import_module(app).__path__, f"{app}."):
            if ".forms" in module.name or module.name.endswith(("forms", "filters")):
                importlib.import_module(module.name)
    found = {one for one in _below(forms.BaseForm) if one.__module__.split(".")[0] in APPS}
    return sorted(found, key=lambda form: (form.__module__, form.__name__))


def _below(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


@pytest.mark.django_db
def test_every_text_field_of_every_form_refuses_a_nir() -> None:
    asked, taken = 0, []
    for form in all_forms():
        for name, field in getattr(form, "base_fields", {}).items():
            if not isinstance(field, forms.CharField) or (form.__name__, name) in NUMBERS:
                continue
            asked += 1
            try:
                field.clean(NIR)
            except ValidationError:
                continue
            taken.append(f"{form.__module__}.{form.__name__}.{name}")
    assert asked > 40, "the forms were found"
    assert taken == []


def steps() -> list[tuple[type[Stateful], str, str]]:
    """Return every transition of every machine with a state that it leaves."""
    return [
        (model, transition.name, transition.source)
        for model in machines()
        for transition in state_field(model).get_all_transitions(model)
        if transition.source not in ("*", "+")
    ]


class Anybody:
    """Somebody whom no permission stops."""

    def has_perm(self, *args: Any) -> bool:
        return True


@pytest.mark.parametrize(("model", "name", "source"), steps(), ids=lambda value: getattr(value, "__name__", value))
def test_comment_of_every_step_refuses_a_nir(model: type[Stateful], name: str, source: str) -> None:
    row = model()
    row.__dict__["state"] = source
    actor: Any = Anybody()
    assert refusal(row, name, actor=actor, comment=NIR, arguments={}) == NIR_REFUSED


def test_steps_of_all_machines_were_found() -> None:
    assert {model for model, _, _ in steps()} == set(machines())


@pytest.mark.django_db
def test_history_takes_no_nir_past_the_workflow_either() -> None:
    actor: User = UserFactory(staff=True)
    before = TransitionLog.objects.count()
    with pytest.raises(ValidationError):
        enter_at([(TeamFactory.build(), "registered")], actor=actor, origin="", comment=NIR)
    assert TransitionLog.objects.count() == before
