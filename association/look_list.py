"""The list of looks: who opened what is confidential, and when (docs/lists.md)."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils import timezone

from association.listing.declaration import Listing
from association.listing.filters import ChoicesFilter, DatesFilter, ListFilter, SearchFilter
from association.models import LookLog, Role, User
from association.searching import having, words
from association.selectors.looks import look_list
from association.tables import CODE, NAMES


class LookTable(tables.Table):
    at = tables.Column(verbose_name="Le", attrs=CODE)
    actor = tables.Column(verbose_name="Par", accessor="actor__full_name", attrs=NAMES)
    role = tables.Column(verbose_name="Rôle", accessor="actor__get_role_display", order_by="actor__role")
    what = tables.Column(verbose_name="Vu")
    target = tables.Column(verbose_name="De", orderable=False, default="", accessor="content_type")
    reason = tables.Column(verbose_name="Motif ou recherche", attrs={"td": {"class": "wrap"}})

    class Meta:
        order_by = "-at"
        empty_text = "Aucune consultation notée."

    def render_at(self, value: Any) -> str:
        return f"{timezone.localtime(value):%d/%m/%Y %H:%M:%S}"

    def render_target(self, record: LookLog) -> str:
        """The kind and the key: what is confidential in it stays on its own page."""
        return f"{record.content_type.name} n°\u00a0{record.object_id}"

    def value_target(self, record: LookLog) -> str:
        return self.render_target(record)


class LookFilter(ListFilter):
    q = SearchFilter("Qui, ou ce qui a été vu")
    role = ChoicesFilter("Rôle", Role.choices, field_name="actor__role")
    at = DatesFilter("Le", field_name="at__date")

    def search(self, looks: QuerySet[LookLog], name: str, value: str) -> QuerySet[LookLog]:
        for word in words(value):
            looks = having(looks, word, "actor__full_name", "what")
        return looks


class LookList(Listing):
    """Looks at what is confidential; of the role contrôle, at each page that names people."""

    name = "consultations"
    title, noun = "Consultations", "consultation,consultations"
    lead = "Qui a ouvert ce qui est confidentiel. Rien ne s’y modifie ni ne s’y efface."
    permission = "association.view_looks"
    address = "association:look_list"
    table, filters = LookTable, LookFilter

    def rows(self, user: User, **about: Any) -> QuerySet[LookLog]:
        return look_list(user)
