"""Sizes, telephone numbers and action types, as people read them."""

from __future__ import annotations

import pytest

from config.templatetags.house import file_size, phone, type_names

NARROW = "\u202f"


@pytest.mark.parametrize(
    ("size", "written"),
    [
        (0, "1 ko"),
        (999, "1 ko"),
        (71_834, "72 ko"),
        (999_400, "999 ko"),
        (1_400_000, "1,4 Mo"),
        (20_000_000, "20,0 Mo"),
    ],
)
def test_size_of_a_file_is_written_as_people_say_it(size: int, written: str) -> None:
    assert file_size(size).replace("\xa0", " ").replace(NARROW, " ") == written


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("0240112233", "02 40 11 22 33"),
        ("02.40.11.22.33", "02 40 11 22 33"),
        ("+33 2 40 11 22 33", "+33 2 40 11 22 33"),
        ("02 40 11", "02 40 11"),
        ("", ""),
    ],
)
def test_french_number_is_written_in_pairs_and_any_other_stays(number: str, written: str) -> None:
    assert phone(number).replace("\xa0", " ").replace(NARROW, " ") == written


def test_action_types_are_named_in_words() -> None:
    named = ["Réunion de concertation sans le patient", "Protocole pluriprofessionnel"]
    assert type_names(["RCP", "PROTOCOLE"]) == named
