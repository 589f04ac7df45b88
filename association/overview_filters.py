"""Filters above the board and the map; their state is in the address."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from association.forms.shared import UNKNOWN_CHOICE
from association.models import Department, Team, User
from association.nomenclature import TeamKind
from association.registries import CountedRows, counted_rows
from association.selectors.named import Unknown
from association.selectors.region_map import STAGES, at_stage
from association.selectors.teams import team_list

SAID = {"invalid_choice": UNKNOWN_CHOICE}


class BoardFilter(filters.FilterSet):
    """Above the board: the same names as in the list, so that a column leads to exactly its teams there."""

    department = filters.ModelChoiceFilter(
        label="Département",
        queryset=Department.objects.filter(teams__isnull=False).distinct(),
        empty_label="Tous",
        error_messages=SAID,
    )
    kind = filters.ChoiceFilter(label="Nature", choices=TeamKind.choices, empty_label="Toutes", error_messages=SAID)
    officer = filters.ModelChoiceFilter(
        label="Suivie par",
        queryset=User.objects.filter(teams__isnull=False).distinct(),
        empty_label="Tous",
        null_label="Personne",
        error_messages=SAID,
    )

    class Meta:
        model = Team
        fields = ["department", "kind", "officer"]


def departments_of_map(request: Any) -> QuerySet[Department]:
    """Return the departments of the region; of a délégation, its own."""
    known = Department.objects.filter(region=settings.REGION)
    own = request.user.department_id
    return known.filter(pk=own) if own else known


class CountedField(forms.CharField):
    """A number of a dashboard, as its address names it; ``user`` is set by the `MapFilter`."""

    user: Any = None

    def clean(self, value: Any) -> CountedRows | None:
        text = super().clean(value)
        try:
            return counted_rows["equipes"](self.user, text) if text else None
        except Unknown as unknown:
            raise ValidationError(f"Ce chiffre n’est pas reconnu. {unknown}") from None


class CountedFilter(filters.Filter):
    field_class = CountedField


class MapFilter(filters.FilterSet):
    """Above the map: which teams, and what the size of a point says.

    ``compte``: the teams behind a number of a dashboard, whatever they are today; it is not typed.
    """

    POINTS = (("membres", "Nombre de membres"),)

    compte = CountedFilter(method="counted", widget=forms.HiddenInput, required=False)
    department = filters.ModelChoiceFilter(
        label="Département", queryset=departments_of_map, method="around", empty_label="Tous", error_messages=SAID
    )
    kind = filters.ChoiceFilter(label="Nature", choices=TeamKind.choices, empty_label="Toutes", error_messages=SAID)
    stage = filters.ChoiceFilter(
        label="Équipes", choices=STAGES[1:], method="that_far", empty_label=STAGES[0][1], error_messages=SAID
    )
    points = filters.ChoiceFilter(
        label="Taille des points",
        choices=POINTS,
        method="all_of_them",
        empty_label="Nombre d’équipes",
        error_messages=SAID,
    )

    class Meta:
        model = Team
        fields = ["compte", "department", "kind", "stage", "points"]  # in the order in which they narrow

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.form.fields["compte"]
        field.user = self.request.user

    @property
    def counted_words(self) -> str:
        """What was counted, in words; nothing when the address names no number."""
        found = self.form.cleaned_data.get("compte") if self.form.is_valid() else None
        return found.words if found else ""

    @property
    def place(self) -> str:
        """The code of the department that is asked for; empty for all of them."""
        found = self.form.cleaned_data.get("department") if self.form.is_valid() else None
        return found.pk if found else ""

    def around(self, teams: QuerySet[Team], name: str, value: Department) -> QuerySet[Team]:
        """Those of a department, and those of another that have a commune in it."""
        there = Team.communes.through.objects.filter(commune__department=value).order_by()
        return teams.filter(Q(department=value) | Q(pk__in=there.values("team")))

    def counted(self, teams: QuerySet[Team], name: str, value: CountedRows) -> QuerySet[Team]:
        """Those that were counted, though they may be closed today."""
        return team_list(self.request.user).filter(pk__in=value.keys())

    def that_far(self, teams: QuerySet[Team], name: str, value: Any) -> QuerySet[Team]:
        return at_stage(teams, value)

    def all_of_them(self, teams: QuerySet[Team], name: str, value: Any) -> QuerySet[Team]:
        """The size of points leaves out no team."""
        return teams
