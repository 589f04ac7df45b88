"""Amounts at the edge: integer cents inside, euros in French outside."""

NARROW_SPACE, SPACE, MINUS = "\u202f", "\u00a0", "\u2212"


def euros(cents: int) -> str:
    """Write euro cents in French: ``123456`` is ``1 234,56 €`` with non-breaking spaces.

    >>> euros(-5)
    '\u22120,05\\xa0€'
    """
    whole, rest = divmod(abs(cents), 100)
    return f"{MINUS if cents < 0 else ''}{grouped(whole)},{rest:02d}{SPACE}€"


def counted(number: int, words: str) -> str:
    """Write a number with its noun; in French zero and one are singular.

    Args:
        words: the singular and the plural, parted by a comma.

    >>> counted(1, "virement,virements")
    '1\\xa0virement'
    """
    singular, plural = words.split(",")
    return f"{grouped(number)}{SPACE}{plural if abs(number) >= 2 else singular}"


def grouped(number: int) -> str:
    """Write a whole number with its thousands parted, as French does.

    >>> grouped(-1234)
    '\u22121\u202f234'
    """
    return f"{MINUS if number < 0 else ''}{abs(number):,}".replace(",", NARROW_SPACE)
