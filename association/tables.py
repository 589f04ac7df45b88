"""The lists of the ground."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

import django_tables2 as tables
from django.http import HttpRequest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from association.models import Team
from association.money import grouped
from association.periods import ago

NUMBER = {"th": {"class": "num"}, "td": {"class": "num"}}
NAMES = {"td": {"class": "names"}}
CODE = {"td": {"class": "code"}}
PER_PAGE = 50


def on_page(table: tables.Table, request: HttpRequest) -> tables.Table:
    """Return the table sorted and cut to the page that the address asks for; a page that is not there is the last."""
    return tables.RequestConfig(request, paginate={"per_page": PER_PAGE, "silent": True}).configure(table)


@cache
def _compiled(code: str) -> Template:
    return Template(code)


class PieceColumn(tables.Column):
    """A cell from a little template, which sees ``record`` and ``table``; compiled once, not once per cell.

    ``export`` is what a file of the list holds of it, as an accessor; by default what the column itself names.
    """

    def __init__(self, template: str, *, export: str | None = None, **kwargs: Any) -> None:
        super().__init__(empty_values=(), **kwargs)
        self.template, self.export = template, export

    def render(self, record: Any, table: tables.Table) -> str:
        return _compiled(self.template).render(Context({"record": record, "table": table}))


class StateColumn(PieceColumn):
    """The badge of the row's state."""

    def __init__(self, **kwargs: Any) -> None:
        template = "{% load house %}{% state_badge record %}"
        super().__init__(template, **{"verbose_name": "État", "order_by": "state", **kwargs})


class DayColumn(tables.Column):
    """A date in figures, nothing when there is none; that of django-tables2 compiles a template in each cell."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"attrs": CODE, "default": "", **kwargs})

    def render(self, value: date) -> str:
        return f"{value:%d/%m/%Y}"


class InstantColumn(tables.Column):
    """The day of an instant, here, in figures; nothing when there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"attrs": CODE, "default": "", **kwargs})

    def render(self, value: datetime) -> str:
        return f"{timezone.localtime(value):%d/%m/%Y}"


class TeamColumn(tables.Column):
    """The team of a row, and the way to its dossier; ``path`` leads from the row to it."""

    def __init__(self, path: str, **kwargs: Any) -> None:
        link = ("association:team", {"pk": tables.A(f"{path}__pk")})
        usual = {"verbose_name": "Équipe", "accessor": f"{path}__name", "linkify": link, "attrs": NAMES}
        super().__init__(**{**usual, **kwargs})


class TeamTable(tables.Table):
    name = tables.Column(verbose_name="Équipe", attrs={"td": {"class": "names-wide"}})
    code = tables.Column(verbose_name="Code", attrs=CODE)
    state = StateColumn()
    kind = tables.Column(verbose_name="Nature", accessor="get_kind_display", order_by="kind", attrs=CODE)
    members_count = tables.Column(verbose_name="Membres", attrs=NUMBER)
    officer = tables.Column(verbose_name="Suivie par", accessor="officer__full_name", default="")

    class Meta:
        order_by = "name"
        empty_text = "Aucune équipe pour l’instant."

    def render_code(self, value: str, record: Team) -> str:
        return format_html('<span>{}<span class="soft small d-block">{}</span></span>', value, record.department.name)

    def render_name(self, value: str, record: Team) -> str:
        names = [commune.name for commune in record.communes.all()]
        shown = ", ".join(names[:2]) + (f" et {len(names) - 2} de plus" if len(names) > 2 else "")
        return format_html(
            '<span><a href="{}">{}</a><span class="soft small d-block">{}</span></span>',
            reverse("association:team", args=[record.pk]),
            value,
            shown,
        )


class RecognitionTable(tables.Table):
    """Dossiers with the ARS, or handed back by it (association.selectors.recognition.with_the_ars)."""

    name = tables.Column(verbose_name="Équipe", attrs={"td": {"class": "names-wide"}})
    state = StateColumn()
    submitted_on = tables.Column(verbose_name="Déposé le", default="Avant ce registre", attrs=CODE)
    opinion_due_on = tables.Column(verbose_name="Attendu", empty_values=())
    officer = tables.Column(verbose_name="Suivie par", accessor="officer__full_name", default="")

    class Meta:
        empty_text = "Aucun dossier n’attend : ni à l’ARS, ni à compléter."

    def render_name(self, value: str, record: Any) -> str:
        file = reverse("association:recognition_file", args=[record.request_id]) if record.request_id else ""
        return format_html(
            '<span><a href="{}">{}</a><span class="soft small d-block">{}</span></span>',
            file or reverse("association:team", args=[record.pk]),
            value,
            f"{record.code} · {record.department.name}",
        )

    def render_submitted_on(self, value: date) -> str:
        return format_html(
            '<span>{}<span class="soft small d-block">{}</span></span>',
            f"{value:%d/%m/%Y}",
            ago((timezone.localdate() - value).days),
        )

    def render_opinion_due_on(self, value: date | None, record: Any) -> str:
        is_late = bool(value and value < timezone.localdate())
        return render_to_string("association/recognition_awaited.html", {"record": record, "is_late": is_late})


class AreaTable(tables.Table):
    """Departments or EPCI, and what of each the teams cover (association.selectors.region_map.Area)."""

    name = tables.Column(verbose_name="Nom", attrs=NAMES)
    teams = tables.Column(verbose_name="Équipes", accessor="teams_count", attrs=NUMBER)
    covered = tables.Column(verbose_name="Communes couvertes", attrs=NUMBER)
    covered_population = tables.Column(verbose_name="Habitants couverts", attrs=NUMBER)
    share = tables.Column(verbose_name="Part de la population")

    class Meta:
        empty_text = "Le territoire n’est pas chargé."

    def render_name(self, value: str, record: Any) -> str:
        return format_html('<span>{}<span class="soft small d-block">{}</span></span>', value, record.kind)

    def render_covered(self, value: int, record: Any) -> str:
        return f"{grouped(value)} sur {grouped(record.communes)}"

    def render_covered_population(self, value: int, record: Any) -> str:
        return f"{grouped(value)} sur {grouped(record.population)}"

    def render_share(self, value: int, record: Any) -> str:
        return format_html(
            '<span class="share"><progress max="100" value="{}" aria-hidden="true"></progress>'
            '<span class="num">{}</span></span>',
            value,
            record.percent,
        )


class SpotTable(tables.Table):
    """Communes in the territory of teams (association.selectors.region_map.Spot)."""

    name = tables.Column(verbose_name="Commune", attrs=NAMES)
    epci = tables.Column(verbose_name="EPCI", default="")
    population = tables.Column(verbose_name="Population", attrs=NUMBER)
    teams = tables.Column(verbose_name="Équipes", order_by="teams_count")
    members = tables.Column(verbose_name="Membres", attrs=NUMBER)

    class Meta:
        empty_text = "Aucune commune n’a d’équipe pour ces filtres."

    def render_name(self, value: str, record: Any) -> str:
        return format_html('<span>{} <span class="soft">{}</span></span>', value, record.department)

    def render_population(self, value: int) -> str:
        return grouped(value)

    def render_teams(self, record: Any) -> str:
        links = [(reverse("association:team", args=[team.pk]), team.name) for team in record.teams[:3]]
        if record.teams_count > 3:
            links.append((record.url, f"toutes les {record.teams_count}"))
        return format_html("<span>{}</span>", format_html_join(", ", '<a href="{}">{}</a>', links))
