"""The versions of a convention's text: written, then published, then never changed."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from association.journal import StaleEdit, record
from association.machine import TransitionRefused
from association.models import FieldChange, User
from association.nomenclature import TeamKind
from association.permissions import require
from association.workflow import lock
from conventions.models import ConventionTemplate
from conventions.wording import faults_of

MANAGE = "conventions.manage_template"


def start_version(*, kind: str, actor: User) -> ConventionTemplate:
    """Start the next version of a kind's text from its last one; the one that is being written when there is one.

    Raises:
        ValidationError: for a kind of team that signs no convention.
    """
    require(actor, MANAGE)
    if kind not in (TeamKind.ESP_CLAP, TeamKind.ESS):
        raise ValidationError("Cette nature d’équipe ne passe pas de convention.")
    with transaction.atomic():
        last = ConventionTemplate.objects.select_for_update().filter(kind=kind).order_by("version").last()
        if last and last.published_at is None:
            return last
        template = ConventionTemplate(
            kind=kind,
            version=last.version + 1 if last else 1,
            title=last.title if last else "Convention d’équipe",
            body=last.body if last else "# Objet\nÀ rédiger.",
            created_by=actor,
        )
        template.full_clean()
        template.save()
    return template


def write_template(
    *, template: ConventionTemplate, title: str, body: str, actor: User, edit: int | None = None
) -> ConventionTemplate:
    """Change the text of a version that is being written; what changed enters the journal.

    Args:
        edit: `edit_of` as the page had shown it; None when nobody looked at a page.

    Raises:
        StaleEdit: when somebody else wrote it since; nothing is written.
        TransitionRefused: when it is published.
        ValidationError: with what is wrong, by field, in French: no article, an unknown placeholder.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        fresh = lock(template)
        _refuse_published(fresh)
        if edit is not None and edit != edit_of(fresh):
            raise StaleEdit(list(_changes_of(fresh))[max(edit, 0) :])
        if faults := faults_of(body):
            raise ValidationError({"body": faults})
        changes = [
            ("title", "Titre", fresh.title, title),
            ("body", "Articles", _lines_without(fresh.body, body), _lines_without(body, fresh.body)),
        ]
        fresh.title, fresh.body = title, body
        fresh.full_clean()
        fresh.save(update_fields=["title", "body"])
        record(fresh, [change for change in changes if change[2] != change[3]], actor=actor)
    return fresh


def edit_of(template: ConventionTemplate) -> int:
    """Return how many changes the text of a version has had: what its page carries for two writers."""
    return _changes_of(template).count()


def publish_template(*, template: ConventionTemplate, actor: User) -> ConventionTemplate:
    """Publish a version: the conventions issued from now on carry its text, and nobody changes it any more.

    Raises:
        TransitionRefused: with the reason in French.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        fresh = lock(template)
        _refuse_published(fresh)
        if faults := faults_of(fresh.body):
            raise TransitionRefused(" ".join(faults))
        fresh.published_at = timezone.now()
        fresh.save(update_fields=["published_at"])
        record(fresh, [("published_at", "Publication", "", "publié")], actor=actor)
    return fresh


def _changes_of(template: ConventionTemplate) -> QuerySet[FieldChange]:
    content_type = ContentType.objects.get_for_model(ConventionTemplate)
    found = FieldChange.objects.filter(content_type=content_type, object_id=template.pk).select_related("actor")
    return found.order_by("at", "pk")


def _lines_without(text: str, other: str) -> str:
    """Return the lines of a text that the other does not have: the journal need not hold every article twice."""
    known = set(other.splitlines())
    return "\n".join(line for line in text.splitlines() if line not in known)


def _refuse_published(template: ConventionTemplate) -> None:
    if template.published_at is not None:
        raise TransitionRefused(f"{template} est publié : rédigez-en une nouvelle version.")
