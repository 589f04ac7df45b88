"""The text of conventions: what a template may say, its versions, its publication."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from association.machine import TransitionRefused
from association.models import Team, User
from association.nomenclature import TeamKind
from conventions.first_texts import first_text, publish_first_texts
from conventions.models import ConventionTemplate
from conventions.selectors.texts import KINDS, sample_of, texts_by_kind
from conventions.services.issuing import articles_to_read, issue_convention, template_of
from conventions.services.templates import publish_template, start_version, write_template
from conventions.wording import PLACEHOLDERS, Article, articles_of, faults_of, listed, rendered
from tests import factories
from tests.conventions.making import drafted

BODY = "# Objet\nLa convention {numero}.\n\nElle dure.\n# Membres\n{membres}\nFin."


@pytest.fixture
def admin(db: None) -> User:
    return factories.UserFactory(admin=True)


# --- wording (pure) -------------------------------------------------------------------------------------------


def test_lines_are_paragraphs_and_lists_stay_together() -> None:
    values = {"numero": "C-1", "membres": listed(["A", "B"])}
    assert rendered(BODY, values) == (
        Article("Objet", "La convention C-1.\n\nElle dure."),
        Article("Membres", "– A\n– B\n\nFin."),
    )


def test_value_that_looks_like_a_placeholder_is_not_read_again() -> None:
    assert rendered("# T\n{equipe}", {"equipe": "{numero}"})[0].text == "{numero}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "aucun article"),
        ("Texte seul", "aucun article"),
        ("Avant\n# Objet\nTexte", "« Avant » précède le premier article"),
        ("# Objet\n# Suite\nTexte", "L’article « Objet » n’a pas de texte"),
        ("#\nTexte", "n’a pas de titre"),
        ("# Objet\n{inconnu} et {autre}", "Repère inconnu : {autre}, {inconnu}"),
        ("# Objet\nUne {accolade seule", "Une accolade est seule"),
    ],
)
def test_fault_of_a_text_is_named(body: str, said: str) -> None:
    assert any(said in fault for fault in faults_of(body)), faults_of(body)


@pytest.mark.parametrize("kind", KINDS)
def test_first_text_is_sound_and_says_what_it_has_to(kind: str) -> None:
    text = first_text(kind)
    titles = " ".join(article.title for article in articles_of(text))
    assert faults_of(text) == []
    for subject in (
        "Objet", "Engagements des professionnels", "Engagements de l’association", "Actions et indemnités", "Plafond",
        "Protection des données", "Durée et prise d’effet", "Adhésion de nouveaux membres", "Avenants", "Suspension",
        "Résiliation", "Litiges",
    ):  # fmt: skip
        assert subject in titles
    assert "'" not in text
    assert all(f" {sign}" not in text for sign in ":;?!»")


# --- versions ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_kind_has_a_published_text_from_the_start() -> None:
    published = ConventionTemplate.objects.filter(published_at__isnull=False)
    assert {template.kind: template.version for template in published} == dict.fromkeys(map(str, KINDS), 1)
    publish_first_texts()
    assert ConventionTemplate.objects.count() == 2


def test_preview_has_a_value_for_every_placeholder(admin: User) -> None:
    template = start_version(kind=TeamKind.ESP_CLAP, actor=admin)
    everything = "# Objet\n" + " ".join("{" + name + "}" for name in PLACEHOLDERS)
    template = write_template(template=template, title="T", body=everything, actor=admin)
    assert "{" not in sample_of(template)[0].text


def test_new_version_starts_from_the_last_and_is_one_at_a_time(admin: User) -> None:
    started = start_version(kind=TeamKind.ESP_CLAP, actor=admin)
    assert (started.version, started.body) == (2, first_text(TeamKind.ESP_CLAP))
    assert start_version(kind=TeamKind.ESP_CLAP, actor=admin) == started


def test_unknown_placeholder_is_refused_with_its_name(admin: User) -> None:
    started = start_version(kind=TeamKind.ESP_CLAP, actor=admin)
    with pytest.raises(ValidationError) as refused:
        write_template(template=started, title="T", body="# Objet\n{prenom}", actor=admin)
    assert "{prenom}" in refused.value.message_dict["body"][0]


def test_conventions_take_the_new_text_once_it_is_published(team: Team, staff: User, admin: User) -> None:
    started = start_version(kind=TeamKind.ESP_CLAP, actor=admin)
    write_template(template=started, title="Nouveau", body=BODY, actor=admin)
    assert template_of(team).version == 1  # type: ignore[union-attr]
    publish_template(template=started, actor=admin)
    convention = issue_convention(convention=drafted(team, staff), actor=staff)
    assert (convention.template.version, len(articles_to_read(convention))) == (2, 2)


def test_issued_convention_keeps_its_text(team: Team, staff: User, admin: User) -> None:
    convention = issue_convention(convention=drafted(team, staff), actor=staff)
    started = start_version(kind=TeamKind.ESP_CLAP, actor=admin)
    write_template(template=started, title="Nouveau", body=BODY, actor=admin)
    publish_template(template=started, actor=admin)
    assert len(articles_to_read(convention)) > 10


def test_published_text_is_changed_by_nobody(admin: User) -> None:
    published = ConventionTemplate.objects.get(kind=TeamKind.ESS)
    with pytest.raises(TransitionRefused, match="rédigez-en une nouvelle version"):
        write_template(template=published, title="T", body=BODY, actor=admin)
    with pytest.raises(TransitionRefused, match="est publié"):
        publish_template(template=published, actor=admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConventionTemplate.objects.filter(pk=published.pk).update(body=BODY)


def test_staff_reads_and_does_not_write(staff: User) -> None:
    assert [kind.in_force is not None for kind in texts_by_kind(staff)] == [True, True]
    with pytest.raises(PermissionDenied):
        start_version(kind=TeamKind.ESP_CLAP, actor=staff)


def test_kind_without_convention_has_no_text(admin: User) -> None:
    with pytest.raises(ValidationError):
        start_version(kind=TeamKind.ESP, actor=admin)
