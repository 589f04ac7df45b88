"""What of the ground the search everywhere finds (association.registries.search_sources)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from association.models import Commune, Document, DossierDocument, ExternalStructure, Professional, Team, User
from association.registries import Hit, SearchSource, Typed, search_sources
from association.searching import near, nearest, nearness, text_of

FEW_COMMUNES = 2


def note(*parts: object) -> str:
    """Return what tells a thing from the others, the empty parts left out."""
    return " · ".join(str(part) for part in parts if part)


def teams(user: User, typed: Typed, limit: int) -> Iterator[Hit]:
    """Teams by name, code or commune."""
    found = nearest(Team.objects.visible_to(user), typed.words, text_of("name", "code"), _nearest_commune)
    communes = Prefetch("communes", Commune.objects.only("code", "name", "search_name"))
    for team in found.order_by("-nearness", "name", "pk").prefetch_related(communes)[:limit]:
        # The commune that was typed is among those that are named.
        communes_near = sorted(team.communes.all(), key=lambda one: -max(near(w, one.search_name) for w in typed.words))
        names = [commune.name for commune in communes_near]
        more = f" et {len(names) - FEW_COMMUNES} de plus" if len(names) > FEW_COMMUNES else ""
        yield Hit(
            title=team.name,
            note=note(team.code, ", ".join(names[:FEW_COMMUNES]) + more, team.get_state_label()),
            url=reverse("association:team", args=[team.pk]),
            nearness=team.nearness,  # type: ignore[attr-defined]
            is_exact=typed.names(team.code),
        )


def _nearest_commune(word: str) -> Coalesce:
    """How near a word is to the commune of a team that is most like it."""
    of_team = Team.communes.through.objects.filter(team=OuterRef("pk")).order_by()
    scores = of_team.annotate(nearness=nearness(word, F("commune__search_name"))).order_by("-nearness")
    return Coalesce(Subquery(scores.values("nearness")[:1]), Value(0.0))


def people(user: User, typed: Typed, limit: int) -> Iterator[Hit]:
    """Professionals by name, RPPS or commune; a record that was joined with another leads to the one that stays."""
    seen = Professional.objects.visible_to(user).order_by().values("pk")
    records = Professional.objects.filter(Q(merged_into=None, pk__in=seen) | Q(merged_into__in=seen))
    found = nearest(records, typed.words, text_of("last_name", "first_name", "rpps", "commune__search_name"))
    given: set[int] = set()
    for record in found.order_by("-nearness", "last_name", "first_name", "pk").select_related(
        "commune", "merged_into__commune"
    )[: 2 * limit]:
        person = record.person
        if person.pk in given or len(given) == limit:
            continue
        given.add(person.pk)
        other = f"réunie avec {record.rpps}" if record != person else ""
        yield Hit(
            title=str(person),
            note=note(person.get_profession_display(), f"RPPS {person.rpps}", _name_of(person.commune), other),
            url=reverse("association:professional", args=[person.pk]),
            nearness=record.nearness,  # type: ignore[attr-defined]
            is_exact=typed.names(record.rpps),
        )


def structures(user: User, typed: Typed, limit: int) -> Iterator[Hit]:
    """Structures by name, commune, FINESS or SIRET."""
    rows = ExternalStructure.objects.select_related("commune")
    found = nearest(rows, typed.words, text_of("name", "commune__search_name", "finess", "siret"))
    for structure in found.order_by("-nearness", "kind", "name", "pk")[:limit]:
        finess, siret = structure.finess, structure.siret
        numbers = [f"FINESS {finess}" if finess else "", f"SIRET {siret}" if siret else ""]
        yield Hit(
            title=structure.name,
            note=note(structure.get_kind_display(), _name_of(structure.commune), *numbers),
            url=reverse("association:structure", args=[structure.pk]),
            nearness=structure.nearness,  # type: ignore[attr-defined]
            is_exact=typed.names(finess, siret),
        )


def documents(user: User, typed: Typed, limit: int) -> Iterator[Hit]:
    """Documents of the dossiers that the user may open, by title, file name or team."""
    opened = Document.objects.visible_to(user).order_by().values("pk")
    rows = DossierDocument.objects.filter(team__in=Team.objects.visible_to(user), document__in=opened)
    found = nearest(rows, typed.words, text_of("title", "document__filename", "team__name"))
    for filing in found.order_by("-nearness", "-filed_at", "-pk").select_related("team", "document")[:limit]:
        yield Hit(
            title=filing.title,
            note=note(filing.get_kind_display(), filing.team.name, f"{filing.filed_at:%d/%m/%Y}"),
            url=reverse("association:document", args=[filing.document_id]),
            nearness=filing.nearness,  # type: ignore[attr-defined]
        )


def _name_of(commune: Commune | None) -> str:
    return commune.name if commune else ""


def register() -> None:
    """Fill the registry with what the ground knows."""
    search_sources.add("equipes", SearchSource("Équipes", "association.view_team", teams, 10, "association:team_list"))
    search_sources.add(
        "professionnels",
        SearchSource("Professionnels", "association.view_professional", people, 20, "association:professional_list"),
    )
    search_sources.add(
        "structures",
        SearchSource("Structures", "association.view_structure", structures, 70, "association:structure_list"),
    )
    search_sources.add("documents", SearchSource("Documents", "association.open_document", documents, 60))
