"""What an address of a list asks for, and how what makes no sense in it is explained."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.http import QueryDict

from association.listing.asked import Asked
from association.lists import TeamList
from association.models import Team
from tests.factories import DepartmentFactory, TeamFactory, UserFactory


@pytest.fixture
def user(db: None) -> Any:
    return UserFactory(staff=True)


def asked(user: Any, query: str = "") -> Asked:
    return TeamList().asked(user, QueryDict(query))


def names(found: Asked) -> list[str]:
    return [team.name for team in found.page]


def plain(remarks: list[str]) -> str:
    return " ".join(remarks).replace("\u00a0", " ")


# --- what makes sense ----------------------------------------------------------------------------------------


def test_several_values_of_one_filter_widen_and_two_filters_narrow(user: Any) -> None:
    mayenne = DepartmentFactory(code="53")
    TeamFactory(name="A", submitted=True, department=mayenne)
    TeamFactory(name="B", recognised=True, department=mayenne)
    TeamFactory(name="C", recognised=True)
    TeamFactory(name="D", department=mayenne)
    found = asked(user, "state=submitted&state=recognised&department=53")
    assert (names(found), found.remarks) == (["A", "B"], [])


def test_teams_that_nobody_follows_are_found_beside_those_of_an_officer(user: Any) -> None:
    TeamFactory(name="A", officer=user)
    TeamFactory(name="B", officer=None)
    TeamFactory(name="C", officer=UserFactory())
    assert names(asked(user, f"officer=null&officer={user.pk}")) == ["A", "B"]


def test_bounds_of_a_number_are_both_included(user: Any) -> None:
    TeamFactory(name="A")
    assert names(asked(user, "members_count_min=0&members_count_max=0")) == ["A"]
    assert names(asked(user, "members_count_min=1")) == []


def test_columns_come_in_the_order_of_the_address_the_first_stays(user: Any) -> None:
    found = asked(user, "col=officer&col=state")
    assert [column.name for column in found.columns] == ["name", "officer", "state"]


def test_sorting_by_a_hidden_column_holds(user: Any) -> None:
    TeamFactory(name="A", code="1")
    TeamFactory(name="B", code="2")
    assert names(asked(user, "col=state&tri=-code")) == ["B", "A"]


def test_query_written_again_says_the_same_and_nothing_that_goes_without_saying(user: Any) -> None:
    TeamFactory(name="A", submitted=True)
    shown = "&".join(f"col={name}" for name in TeamList.shown)
    query = asked(user, f"x=1&par=50&{shown}&state=submitted&state=nothing&q=+a+&page=7").query
    assert query == "q=a&state=submitted"
    assert asked(user, query).query == query


def test_each_filter_in_force_says_how_the_list_is_without_it(user: Any) -> None:
    found = asked(user, "state=submitted&state=recognised&q=evron&par=25")
    said = {f"{one.label} {one.words}": one.without for one in found.filters_said}
    assert said == {
        "Nom, code ou commune «\u00a0evron\u00a0»": "state=submitted&state=recognised&par=25",
        f"État {Team.State.SUBMITTED.label}": "q=evron&state=recognised&par=25",
        f"État {Team.State.RECOGNISED.label}": "q=evron&state=submitted&par=25",
    }


# --- what makes no sense -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("etat=submitted", "« etat » n’est pas un filtre de cette liste, c’est ignoré. Filtres possibles : q, state,"),
        ("state=parti", "État : « parti » n’existe pas, c’est ignoré. Valeurs possibles : registered,"),
        ("department=9999999999999999999999", "Département : « 9999999999999999999999 » n’existe pas"),
        ("members_count_min=beaucoup", "Membres : « beaucoup » n’est pas un nombre entier, c’est ignoré."),
        ("members_count_min=99999999999999999999", "n’est pas un nombre entier"),
        ("members_count_min=5&members_count_max=2", "Membres : le début dépasse la fin, rien ne peut y répondre."),
        ("q=%00evron", "Recherche : les caractères qui ne s’impriment pas sont ignorés."),
        ("q=!!", "Recherche : « !! » ne contient ni lettre ni chiffre"),
        ("q=a+b+c+d+e+f+g+h+i+j", "Recherche : seuls les 8 premiers mots comptent."),
        ("col=iban", "La colonne « iban » n’existe pas, elle est ignorée. Colonnes possibles : name, code,"),
        ("tri=-iban", "On ne peut pas trier par « iban », c’est ignoré. Tris possibles : name,"),
        ("par=1000000", "« 1000000 » lignes par page n’est pas possible : 50 sont montrées."),
        ("page=deux", "La page « deux » n’existe pas : la liste a une page, voici la page 1."),
        ("page=99999999999999999999", "n’existe pas : la liste a une page"),
    ],
)
def test_nonsense_is_explained_and_takes_away_nothing_else(user: Any, query: str, sentence: str) -> None:
    TeamFactory(name="A")
    found = asked(user, f"{query}&kind=esp_clap" if "state" not in query else query)
    assert sentence in plain(found.remarks)
    assert list(found.rows) is not None
    assert found.page.number == 1


def test_what_was_typed_never_writes_more_than_a_few_words(user: Any) -> None:
    found = asked(user, "state=" + "x" * 10_000)
    assert max(map(len, found.remarks)) < 400


def test_any_address_is_answered(user: Any) -> None:
    """Random names and values, nulls, huge numbers, half an encoding: never an error, always a page."""
    TeamFactory(name="A")
    seed = random.Random(4)
    known = ["q", "state", "kind", "department", "officer", "constat", "members_count_min", "members_count_max"]
    parameters = [*known, "tri", "col", "par", "page", "tout", "sort", "", "\x00", "q\x00", "state__in", "pk"]
    values = [
        "",
        "\x00",
        "null",
        "-",
        "--name",
        "-name",
        "%",
        "'",
        '"',
        "<b>",
        "9" * 40,
        "-1",
        "1e9",
        "NaN",
        "Infinity",
    ]
    values += ["²", "٣", "\ud7ff", "é", "submitted", "esp_clap", "name", "state", "25", " ", "\u202e", "a" * 5_000]
    for _ in range(300):
        query = QueryDict(mutable=True)
        for _ in range(seed.randint(1, 8)):
            query.appendlist(seed.choice(parameters), seed.choice(values))
        found = TeamList().asked(user, query)
        assert len(found.page.object_list) <= found.per_page
        again = TeamList().asked(user, QueryDict(found.query))
        assert again.query == found.query
        assert [remark for remark in again.remarks if "dépasse" not in remark] == [], query
