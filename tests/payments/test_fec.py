"""The file of entries: whatever is in the names, a strict reader of article A. 47 A-1 reads it, to the cent."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.accounting.entries import Entry, EntryUnbalanced, Posting
from payments.accounting.fec import write_entries
from tests.payments.fec_reading import read_fec

NASTY = st.text(min_size=1, max_size=30) | st.sampled_from(
    ['=HYPERLINK("x")', "+33\t6", "-1", "@SUM(A1)", "a|b", "d’Œuvre – « Zoë »", "ligne\r\nautre", "\u2028", " x ", "=="]
)


def entry(number: int, day: date, cents: list[int], name: str) -> Entry:
    postings = [Posting("6571", "Indemnités", debit_cents=sum(cents))]
    postings += [Posting("467", "Tiers", credit_cents=one, auxiliary="P1", auxiliary_label=f"x{name}") for one in cents]
    return Entry(f"run:{number}", "OD", "Divers", f"2026-{number:06d}", day, "CLAP", day, f"x{name}", tuple(postings))


@given(
    st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.lists(st.integers(1, 10**9), min_size=1),
                       NASTY), max_size=8)
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_any_entries_are_read_back_by_a_strict_reader(drawn: list[tuple[date, list[int], str]]) -> None:
    drawn = sorted(drawn, key=lambda one: one[0])
    entries = [entry(i, day, cents, name) for i, (day, cents, name) in enumerate(drawn, start=1)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ecritures.txt"
        write_entries(entries, path)
        rows = read_fec(path.read_bytes())
    assert sum(row.debit for row in rows) == sum(sum(cents) for _, cents, _ in drawn)
    assert [row.credit for row in rows if row.credit] == [one for _, cents, _ in drawn for one in cents]


@given(NASTY)
def test_no_field_begins_like_a_formula(name: str) -> None:
    from payments.accounting.fec import words

    said = words(name)
    assert not said.startswith(("=", "+", "-", "@"))
    assert said == said.strip()


def test_entry_that_does_not_balance_is_never_written(tmp_path: Path) -> None:
    bad = Entry("run:1", "OD", "Divers", "2026-000001", date(2026, 1, 1), "P", date(2026, 1, 1), "x",
                (Posting("6571", "Indemnités", debit_cents=2), Posting("467", "Tiers", credit_cents=1)))  # fmt: skip
    with pytest.raises(EntryUnbalanced):
        write_entries([bad], tmp_path / "ecritures.txt")
