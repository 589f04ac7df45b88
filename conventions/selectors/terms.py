"""What a convention allows on a day."""

from __future__ import annotations

from datetime import date

from conventions.models import Convention, ConventionTerms


def terms_on(convention: Convention, day: date) -> ConventionTerms:
    """Return the terms of a convention as amended on a day.

    Raises:
        ConventionTerms.DoesNotExist: for a convention without terms.
    """
    known = list(convention.terms.all())
    known.sort(key=lambda terms: terms.effective_on or date.min)
    held = [terms for terms in known if terms.effective_on is None or terms.effective_on <= day]
    if not known:
        raise ConventionTerms.DoesNotExist(convention.number)
    return held[-1] if held else known[0]
