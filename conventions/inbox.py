"""What of the conventions waits for the signed-in user.

That a convention ends within 90 days is a finding of eligibility, and stands in its line (association.watched).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from association import registries
from association.models import User
from association.periods import ago
from association.registries import InboxItem
from conventions.models import Amendment, Convention
from conventions.selectors import awaited
from conventions.selectors.awaited import PATIENCE_DAYS, Waiting
from conventions.selectors.members import records_of

TEAM, OFFICER = "convention__team", "convention__team__officer"


def waiting_conventions(user: User) -> Iterator[InboxItem]:
    """Conventions to renew, signatures that are late, amendments to issue: of one's own teams and of nobody's."""
    if not user.has_perm("conventions.manage_convention"):
        return
    today = timezone.localdate()
    ended = _mine(awaited.ended_without_a_next(today), user, "team").values_list("pk", "ends_on", "team__officer")
    yield from _lines(
        "Conventions arrivées à terme, sans suite", Waiting.FOLLOWED_BY_NONE, "conventions:convention", ended
    )
    late = _mine(awaited.late_adhesions(today), user, TEAM).values_list("convention", "convention__issued_on", OFFICER)
    yield from _lines(
        f"Conventions dont des signatures manquent depuis {PATIENCE_DAYS} jours",
        Waiting.SIGNATURES,
        "conventions:convention",
        late.distinct(),
    )


def waiting_amendments(user: User) -> Iterator[InboxItem]:
    """Amendments to issue, and those that are in signing for too long: of one's own teams and of nobody's."""
    if not user.has_perm("conventions.manage_convention"):
        return
    drafts = _mine(awaited.amendments_to_issue(), user, TEAM).values_list("pk", "created_at", OFFICER)
    yield from _lines("Avenants à émettre", Waiting.TO_ISSUE, "conventions:amendment", drafts)
    late = _mine(awaited.late_amendments(timezone.localdate()), user, TEAM).values_list("pk", "issued_on", OFFICER)
    yield from _lines(
        f"Avenants en signature depuis {PATIENCE_DAYS} jours",
        Waiting.AMENDMENT_SIGNATURES,
        "conventions:amendment",
        late,
    )


def own_signatures(user: User) -> Iterator[InboxItem]:
    """What the member who is signed in is asked to sign, each a click from where it is signed."""
    if not user.has_perm("conventions.sign_own") or user.professional_id is None:
        return
    open_ones = [Convention.State.SIGNING, *Convention.RUNNING]
    seen = Convention.objects.visible_to(user).filter(state__in=open_ones)
    mine = {"membership__professional__in": records_of(user)}
    for adhesion in awaited.awaited_adhesions().filter(convention__in=seen, **mine).select_related("convention"):
        url = reverse("conventions:own_signature", args=[adhesion.convention_id])
        yield InboxItem(
            "Convention à signer", 1, url, _told(adhesion.convention, adhesion.convention.issued_on), counted=False
        )
    rows = awaited.awaited_amendment_signatures().filter(amendment__in=Amendment.objects.visible_to(user), **mine)
    for row in rows.select_related("amendment__convention"):
        url = reverse("conventions:amendment_own", args=[row.amendment_id])
        yield InboxItem("Avenant à signer", 1, url, _told(row.amendment, row.amendment.issued_on), counted=False)


def register() -> None:
    """Fill the registry of the ground."""
    registries.inbox.add("conventions.conventions", waiting_conventions)
    registries.inbox.add("conventions.amendments", waiting_amendments)
    registries.inbox.add("conventions.own_signatures", own_signatures)


def _mine(rows: Any, user: User, team: str) -> Any:
    """Keep what belongs to the user's teams, and to teams that nobody is in charge of."""
    return rows.filter(Q(**{f"{team}__officer": user.pk}) | Q(**{f"{team}__officer": None})).order_by()


def _lines(
    title: str, waiting: Waiting, page: str, rows: Iterable[tuple[int, date | datetime, int | None]]
) -> Iterator[InboxItem]:
    """One line for one's own and one for nobody's: how many, since when; to the one itself, or the list of these."""
    groups: dict[int | None, list[tuple[int, date]]] = defaultdict(list)
    for pk, since, officer in rows:
        groups[officer].append((pk, timezone.localdate(since) if isinstance(since, datetime) else since))
    for officer, found in sorted(groups.items(), key=lambda group: group[0] is None):
        query = urlencode({"waiting": waiting.value, "officer": officer or "null"})
        url = (
            reverse(page, args=[found[0][0]])
            if len(found) == 1
            else f"{reverse('conventions:convention_list')}?{query}"
        )
        nobody = "" if officer else "personne n’en est chargé, "
        yield InboxItem(title, len(found), url, detail=f"{nobody}{_since(min(day for _, day in found), len(found))}")


def _list_of(waiting: Waiting, officer: int | None) -> str:
    query = urlencode({"waiting": waiting.value, "officer": officer or "null"})
    return f"{reverse('conventions:convention_list')}?{query}"


def _since(day: date, count: int) -> str:
    age = ago((timezone.localdate() - day).days)
    return f"depuis le {day:%d/%m/%Y} ({age})" if count == 1 else f"au plus tôt le {day:%d/%m/%Y} ({age})"


def _told(paper: Convention | Amendment, since: date | None) -> str:
    return f"{paper}, depuis le {since:%d/%m/%Y}" if since else str(paper)
