"""How often something that is open to devices or to anybody may be asked, counted in the cache."""

from __future__ import annotations

from django.core.cache import cache


def asks_too_often(what: str, *, most: int, seconds: int) -> bool:
    """Count one more request of ``what`` and say whether it is beyond ``most`` since the first one, ``seconds`` ago.

    Args:
        what: names who asks for what, in few plain letters: it is a key of the cache.
    """
    key = f"pace:{what}"
    cache.add(key, 0, timeout=seconds)
    try:
        return int(cache.incr(key)) > most
    except ValueError:  # its time ended between the two lines
        return False
