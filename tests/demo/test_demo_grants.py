"""The example grants of the demo, and the sums of the house over a whole region compared with plain loops."""

from __future__ import annotations

from django.utils import timezone

from config.demo import Summary
from payments.models import BoardMandate, DueLine, Grant
from payments.selectors.grants import figures_of, forecast
from payments.selectors.mandates import board_years, paid_board
from tests.payments.naive_grants import naive_figures


def test_every_year_has_its_signed_grant_that_says_it_is_an_example(region: Summary) -> None:
    grants = list(Grant.objects.order_by("starts_on"))
    assert [grant.starts_on.year for grant in grants] == [2026]
    assert {grant.state for grant in grants} == {Grant.State.SIGNED}
    assert all("exemple" in grant.reference for grant in grants)


def test_figures_of_the_grants_are_those_of_plain_loops_to_the_cent(region: Summary) -> None:
    for grant in Grant.objects.all():
        found, plain = figures_of(grant), naive_figures(grant, timezone.localdate())
        assert plain["due"] > 0
        assert plain == {name: getattr(found, name) for name in plain}
        assert found.team_granted == found.due + found.left
        assert found.due == found.paid + found.on_its_way + found.waiting


def test_forecast_is_between_what_is_due_and_what_conventions_may_cost(region: Summary) -> None:
    grant = Grant.objects.get()
    found = forecast(grant)
    assert found is not None
    assert found.due_cents < found.total_cents <= found.due_cents + figures_of(grant).committed


def test_two_people_sit_on_the_board_and_one_is_paid_like_any_other(region: Summary) -> None:
    mandates = list(BoardMandate.objects.order_by("pk"))
    assert [bool(one.professional_id) for one in mandates] == [False, True]
    year = board_years()[0]
    (person,) = paid_board(Grant.objects.get().created_by, year)
    assert person.pk == mandates[1].professional_id
    assert (
        0
        < person.paid_cents
        <= sum(DueLine.objects.filter(professional=person, amount_cents__gt=0).values_list("amount_cents", flat=True))
    )
