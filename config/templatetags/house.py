"""What every template of the house may load: amounts, counts, dates, states, icons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2 import Table

from association import money, nomenclature, periods
from association.money import SPACE
from association.nomenclature import ActionType
from association.workbook import report

register = template.Library()

# Tone of each state code (a test asks that none is forgotten). Tones are also told apart by a sign
# and by the words, for whoever sees no colour (site.css, "State badges").
TONES = {
    "idle": "draft registered",
    "waiting": "accompanied drafting submitted declared issued signing invited proposed approved "
    "asked to_fill generated transmitted pending sent exported running waiting requested partly",
    "good": "recognised under_convention accepted signed validated verified settled paid cleared done acknowledged "
    "received offset granted",
    "attention": "to_complete returned suspended held",
    "bad": "refused declined not_retained rejected failed void voided",
    "over": "closed ended terminated abandoned discarded withdrawn cancelled archived waived written_off",
}
TONE_OF = {code: tone for tone, codes in TONES.items() for code in codes.split()}


@register.filter
def grouped(number: int | None) -> str:
    """Return a whole number with its thousands parted: ``1 234``; nothing for None."""
    return "" if number is None or number == "" else money.grouped(number)


@register.filter
def euros(cents: int | None) -> str:
    """Return integer cents as ``1 234,56 €``, in French typography; nothing for None."""
    return "" if cents is None or cents == "" else money.euros(cents)


@register.filter
def tenths(rate: int | None) -> str:
    """Return a rate in tenths of a per cent: ``98,5 %``; a dash for None."""
    return "–" if rate is None else f"{rate / 10:.1f}{SPACE}%".replace(".", ",")


@register.filter
def signed_euros(cents: int | None) -> str:
    """Return a difference in cents with its sign: ``+12,00 €``, ``−3,50 €``, ``0,00 €``."""
    return f"+{euros(cents)}" if cents and cents > 0 else euros(cents)


@register.filter
def counted(number: int, words: str) -> str:
    """Return a number with its noun: ``3|counted:"action validée,actions validées"``.

    In French zero and one are singular, which Django's ``pluralize`` does not know.
    """
    singular, plural = words.split(",")
    return f"{grouped(number)}{SPACE}{plural if abs(number) >= 2 else singular}"


@register.filter
def plural(number: int, words: str) -> str:
    """Return the word that goes with a number: ``1|plural:"reste,restent"``; zero and one are singular."""
    singular, several = words.split(",")
    return several if abs(number) >= 2 else singular


@register.filter
def day(value: date | None) -> str:
    """Return a date in full: ``1er octobre 2026``, ``2 octobre 2026``; nothing for None."""
    if not value:
        return ""
    written = date_format(value, "j F Y")
    return written.replace("1 ", "1er ", 1) if value.day == 1 else written


@register.filter
def ago(days: int) -> str:
    """Return how long ago something was: ``aujourd’hui``, ``hier``, ``il y a 12 jours``."""
    return periods.ago(days)


@register.filter
def recently(value: datetime) -> str:
    """Return a moment as one tells it: ``aujourd’hui à 14:05``, ``hier à 9:30``, ``le 3 novembre à 9:30``."""
    moment = timezone.localtime(value)
    days = (timezone.localdate() - moment.date()).days
    if days < 2:
        return f"{periods.ago(days)} à{SPACE}{moment:%-H:%M}"
    written = date_format(moment, "j F" if days < 300 else "j F Y")
    return f"le{SPACE}{written.replace('1 ', '1er ', 1) if moment.day == 1 else written} à{SPACE}{moment:%-H:%M}"


@register.filter
def french(sentence: Any) -> str:
    """Return a sentence with the non-breaking spaces and the apostrophe of French typography."""
    return report.french(str(sentence)).replace("'", "’")


@register.filter
def people(number: int, noun: str) -> str:
    """Return a number of professionals: ``7 infirmiers``, ``2 sages-femmes``; each word of the noun takes its s."""
    words = re.sub(r"\w+", r"\g<0>s", noun) if number >= 2 else noun
    return f"{grouped(number)}{SPACE}{words[:1].lower()}{words[1:]}"


@register.filter
def short_type(code: str) -> str:
    """Return an action type as a narrow place says it: « RCP », « Protocole »."""
    return nomenclature.short_type(code)


@register.filter
def type_names(codes: Iterable[str]) -> list[str]:
    """Return what the action types are called, in words: nobody reads their codes."""
    return [str(ActionType(code).label) for code in codes]


@register.filter
def file_size(size: int) -> str:
    """Return the size of a file, as people say it: ``72 ko``, ``1,4 Mo``."""
    if size < 1_000_000:
        return f"{grouped(max(1, round(size / 1000)))}{SPACE}ko"
    return f"{size / 1_000_000:.1f}{SPACE}Mo".replace(".", ",")


@register.filter
def phone(number: str) -> str:
    """Return a French number in pairs, ``02 40 11 22 33``; any other as it was written."""
    digits = re.sub(r"[\s.-]", "", number or "")
    return SPACE.join(re.findall("..", digits)) if re.fullmatch(r"0\d{9}", digits) else number


@register.filter
def month(value: date | None) -> str:
    """Return the month of a date: ``octobre 2026``; nothing for None."""
    return date_format(value, "F Y") if value else ""


@register.filter
def of_month(value: date) -> str:
    """Return a month after its preposition: ``d’octobre 2026``, ``de mai 2026``."""
    written = date_format(value, "F Y")
    return f"d’{written}" if written[0] in "aéo" else f"de {written}"


@register.filter
def body(table: Table) -> Iterator[tuple[SafeString, list[tuple[SafeString, Any]]]]:
    """Yield the rows of a table: attributes, and cells with those of their column, which are written once for all."""
    columns = [
        (column.name, format_html('{} data-label="{}"', column.attrs["td"].as_html(), column.header))
        for column in table.columns
    ]
    for row in table.paginated_rows:
        yield row.attrs.as_html(), [(td, row.get_cell(name)) for name, td in columns]


@register.filter
def initials(name: str) -> str:
    """Return at most two initials: ``Zoë d'Œuvre`` gives ``ZD``."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper()


@register.simple_tag
def state_badge(obj: Any) -> SafeString:
    """Return the badge of a stateful object, or of anything with ``state`` and a French label for it."""
    label = obj.get_state_label() if hasattr(obj, "get_state_label") else obj.get_state_display()
    return badge(label, TONE_OF.get(obj.state, "idle"))


@register.simple_tag
def badge(label: Any, tone: str = "idle") -> SafeString:
    """Return a badge with a text of one's own; tones: idle, waiting, good, attention, bad, over."""
    return _badge(str(label), tone)


@lru_cache(maxsize=1_000)
def _badge(label: str, tone: str) -> SafeString:
    """The same few words stand on every line of a list."""
    return format_html('<span class="state state-{}">{}</span>', tone, french(label))


@register.simple_tag
@lru_cache(maxsize=200)
def icon(name: str) -> SafeString:
    """Return a decorative icon of ``img/icons.svg``; the text beside it carries the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )
