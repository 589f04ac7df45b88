"""The pictures of the guide: each one is there, is shown somewhere, and is taken by a journey (`make guide`)."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SHOWN = re.compile(r"!\[[^\]]+\]\(([^)\s]+)\)")
TAKEN = re.compile(r"""do\.shoot\(visit, "([a-z-]+)"|^    shoot\(visit, "([a-z-]+)\"""", re.MULTILINE)


def shown() -> set[Path]:
    """Return the pictures that a page of the documentation shows, each with a text for who does not see it."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return {
        (page.parent / target).resolve() for page in pages for target in SHOWN.findall(page.read_text(encoding="utf-8"))
    }


def kept() -> set[Path]:
    return {path.resolve() for kind in ("png", "jpg", "svg") for path in (ROOT / "docs").rglob(f"*.{kind}")}


def taken() -> set[str]:
    """Return the names of the pictures that the journeys take."""
    journeys = (ROOT / "tests" / "browser" / "journeys").glob("*.py")
    return {one or other for path in journeys for one, other in TAKEN.findall(path.read_text(encoding="utf-8"))}


def test_every_picture_that_a_page_shows_is_there() -> None:
    assert shown()
    assert shown() - kept() == set()


def test_every_picture_is_shown_on_a_page() -> None:
    assert kept() - shown() == set()


def test_every_picture_is_taken_by_a_journey_and_no_other() -> None:
    assert {path.stem for path in kept()} == taken()


def test_every_address_in_the_guide_leads_to_a_page() -> None:
    link = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s#]+\.md)")
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    lost = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in link.findall(page.read_text(encoding="utf-8"))
        if not target.startswith("http") and not (page.parent / target).exists()
    ]
    assert lost == []
