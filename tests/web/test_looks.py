"""What the role contrôle opens is in the journal of looks, and the administrators read it there."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from association.models import LookLog, User
from config.looks import LISTS, OF_ONE
from payments.models import Payment
from tests.web.conftest import World, plain
from tests.web.test_permissions import ROUTES, arguments

# Pages of the role contrôle that name no professional: counts, prices, papers of the house. A page that is in none of
# the two tables of `config.looks` has to stand here, with its reason in mind.
NAMES_NOBODY = {
    "home", "home_changes", "home_figures",
    "association:team_list", "association:team_board", "association:team_map", "association:team_map_tables",
    "association:team_structures", "association:structure_list", "association:structure",
    "association:preferences", "association:calendar", "association:calendar_keys",
    "association:communes", "association:epcis", "association:teams_named",
    "association:bulk", "association:job_progress",
    "payments:run_list", "payments:run_totals",
    "payments:price_grid", "payments:price_export", "payments:price_history",
    "payments:year", "payments:year_figures", "payments:accounting", "payments:year_closing",
    "payments:dedicated", "payments:dedicated_file", "payments:reconciliation", "payments:reconciliation_file",
    "payments:grant_list", "payments:grant", "payments:cost_list", "payments:sample_list", "payments:sample_draw",
    "reports:dashboard", "reports:report_list", "reports:report", "reports:report_version", "reports:report_file",
    "reports:statement", "reports:statement_file",
    "reports:open_data", "reports:open_data_csv", "reports:open_data_schema",
}  # fmt: skip
# The account is that of a team, seen while an action is typed; nobody but the own amounts.
NOTHING_TYPED = {"payments:meter", "payments:meter_total"}
# Noted by their services, with the year of the paper.
NOTED_BY_SERVICE = {"payments:statement"}


def test_every_page_of_the_role_is_noted_or_names_nobody() -> None:
    pages = {name for name, route in ROUTES.items() if "auditor" in route.roles and route.method == "get"}
    noted = OF_ONE.keys() | LISTS.keys() | NOTED_BY_SERVICE
    assert pages - noted - NAMES_NOBODY - NOTHING_TYPED == set()
    assert noted & (NAMES_NOBODY | NOTHING_TYPED) == set()
    assert noted <= ROUTES.keys()


def test_each_page_of_the_role_leaves_its_row(world: World, signed_in: Callable[[str], Client]) -> None:
    client, auditor = signed_in("auditor"), world.users["auditor"]
    for name in (*OF_ONE, *LISTS):
        route = ROUTES[name]
        url = reverse(name, args=arguments(route, world))
        before = LookLog.objects.count()
        answer = client.get(url, {"tout": "1"} if name.endswith("_list") else {}, follow=True)
        assert answer.status_code == 200, name
        assert LookLog.objects.filter(actor=auditor).count() > 0, name
        assert LookLog.objects.count() > before, name


def test_row_of_a_look_says_who_saw_what_of_whom(world: World, signed_in: Callable[[str], Client]) -> None:
    payment = Payment.objects.first()
    assert payment is not None
    signed_in("auditor").get(reverse("payments:payment", args=[payment.pk]))
    look = LookLog.objects.get(actor=world.users["auditor"])
    assert (look.target, look.what) == (payment, "virement")
    signed_in("auditor").get(reverse("payments:payment_list"), {"q": "Le Goff"})
    look = LookLog.objects.filter(actor=world.users["auditor"]).latest("pk")
    assert (look.target, look.what, look.reason) == (world.users["auditor"], "liste des virements", "q=Le Goff")


def test_others_leave_no_row_nor_does_what_was_not_shown(world: World, signed_in: Callable[[str], Client]) -> None:
    payment = Payment.objects.first()
    assert payment is not None
    signed_in("treasurer").get(reverse("payments:payment", args=[payment.pk]))
    signed_in("auditor").get(reverse("payments:payment", args=[payment.pk + 999]))
    assert not LookLog.objects.exists()


def test_what_looks_like_a_nir_in_a_search_is_not_kept(world: World, signed_in: Callable[[str], Client]) -> None:
    page = signed_in("auditor").get(reverse("payments:payment_list"), {"q": "1 85 05 78 006 084 91"})
    assert page.status_code == 200
    assert LookLog.objects.get(what="liste des virements").reason == ""
    # A letter that no database keeps.
    assert signed_in("auditor").get(reverse("payments:payment_list"), {"q": "a\x00b"}).status_code == 200
    assert LookLog.objects.latest("pk").reason == "q=a b"


def test_administrators_read_the_journal_and_nobody_else(world: World, signed_in: Callable[[str], Client]) -> None:
    signed_in("auditor").get(reverse("association:professional", args=[world.office.people[0].pk]))
    page = plain(signed_in("admin").get(reverse("association:look_list")))
    assert "fiche d'un professionnel" in page
    assert User.objects.get(pk=world.users["auditor"].pk).full_name.replace("’", "'") in page
    assert signed_in("treasurer").get(reverse("association:look_list")).status_code == 403
