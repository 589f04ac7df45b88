"""The lists of the auditor: samples, and who changed what and when (docs/lists.md)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from association.listing.declaration import Listing
from association.models import User
from payments.control_filters import AccessFilter, AccountChangeFilter, SampleFilter
from payments.control_tables import AccessTable, AccountChangeTable, SampleTable
from payments.models import ControlSample
from payments.selectors import control


class SampleList(Listing):
    """The auditor's samples: who drew what, and when."""

    name = "controles"
    title, noun = "Dossiers de contrôle", "dossier,dossiers"
    lead = "Un échantillon de virements, chacun avec tout ce qui le prouve. Le tirage peut être refait à l’identique."
    permission = "payments.draw_control"
    address, row_address = "payments:sample_list", "payments:sample"
    table, filters = SampleTable, SampleFilter
    template = "payments/sample_list.html"

    def rows(self, user: User, **about: Any) -> QuerySet[ControlSample]:
        return control.sample_list(user)


class _DatedList(Listing):
    """A list of what changed, for whoever checks."""

    permission = "payments.view_control"
    template = "payments/control_list.html"


class AccessList(_DatedList):
    """Who held which right, and when."""

    name = "droits-dates"
    title, noun = "Qui avait quel droit", "ligne,lignes"
    lead = "Chaque ligne vaut jusqu’au changement suivant. Les comptes d’avant cette liste : depuis leur création."
    address = "payments:access_list"
    table, filters = AccessTable, AccessFilter

    def rows(self, user: User, **about: Any) -> QuerySet[Any]:
        return control.access_list(user)


class AccountChangeList(_DatedList):
    """What happened to the bank accounts."""

    name = "changements-de-compte"
    title, noun = "Changements de compte bancaire", "changement,changements"
    lead = "Qui a proposé, vérifié, suspendu ou archivé chaque compte. De l’IBAN, la fin seulement."
    address = "payments:account_changes"
    table, filters = AccountChangeTable, AccountChangeFilter

    def rows(self, user: User, **about: Any) -> QuerySet[Any]:
        return control.account_changes(user)
