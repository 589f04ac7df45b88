"""docs/payment-rules.md by example: the worked example, and both sides of every boundary."""

import datetime as dt

import pytest

from payments.pricing import (
    Balances,
    Excluded,
    MissingPrice,
    OutOfOrder,
    Period,
    Priced,
    PriceList,
    Reason,
    Rules,
    Suspension,
    Terms,
    add_months,
    price,
)
from tests.payments.pricing_builders import (
    ALL_TYPES,
    action,
    candidate,
    convention,
    day,
    decide,
    member,
    outcome,
    outcomes,
    practice,
    tarif,
    team,
)

GP, NURSE, PHARMACIST, OTHER_NURSE = 1, 2, 3, 4


def test_worked_example_run_of_july_2026_gives_the_published_lines() -> None:
    prices = [
        tarif("RCP", 50_00, starts_on=day("2026-01-01")),
        tarif("RCP", 60_00, starts_on=day("2026-07-01")),
        tarif("PPS", 100_00, role="redacteur", starts_on=day("2026-01-01")),
        tarif("PPS", 40_00, starts_on=day("2026-01-01")),
        tarif("PROJET", 80_00, role="redacteur", starts_on=day("2025-01-01")),
    ]
    esp = team(convention(day("2026-01-10"), types={"RCP", "PPS", "PROJET"}))
    signed = (member(signed={1: day("2026-01-10")}),)
    a0 = action("PROJET", day("2025-11-20"), reference="A0", of=esp, people=1, professions=1)
    a1 = action("RCP", day("2026-06-30"), reference="A1", of=esp, people=3, professions=3)
    a2 = action("RCP", day("2026-07-02"), reference="A2", of=esp)
    a3 = action("PPS", day("2026-01-09"), reference="A3", of=esp, people=1, professions=1)
    a4 = action("RCP", day("2026-07-03"), reference="A4", of=esp, people=2, professions=1)
    a5 = action("ETP", day("2026-07-04"), reference="A5", of=esp)
    balances = Balances(team_cents={(1, 2026): 9_910_00})

    decisions = decide(
        candidate(a0, GP, role="redacteur", profession="10", memberships=signed),
        candidate(a3, GP, role="redacteur", profession="10", memberships=signed),
        candidate(a1, GP, profession="10", memberships=signed),
        candidate(a1, NURSE, profession="60", memberships=signed),
        candidate(a1, PHARMACIST, profession="21", memberships=signed),
        candidate(a2, GP, profession="10", memberships=signed),
        candidate(a2, NURSE, profession="60", memberships=signed),
        candidate(a4, NURSE, profession="60", memberships=signed),
        candidate(a4, OTHER_NURSE, profession="60", memberships=signed),
        candidate(a5, GP, profession="10", memberships=signed),
        candidate(a5, NURSE, profession="60", memberships=signed),
        prices=prices,
        balances=balances,
        until=day("2026-07-31"),
    )

    assert outcomes(decisions) == [
        80_00,
        "CONVENTION",
        *(30_00, 30_00, 30_00),
        *("CAP_TEAM", "CAP_TEAM"),
        *("PLURI", "PLURI"),
        *("TYPE", "TYPE"),
    ]
    assert balances.team_cents(1, 2025) == 80_00
    assert balances.team_cents(1, 2026) == 10_000_00


# 1. Reasons not to pay. Each row: the case, what comes out.

D = day("2026-03-10")
BEFORE, AFTER = D - dt.timedelta(1), D + dt.timedelta(1)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"effective_on": D}, 50_00),
        ({"effective_on": AFTER}, "CONVENTION"),
        ({"effective_on": None}, "CONVENTION"),
        ({"ends_on": D}, 50_00),
        ({"ends_on": BEFORE}, "CONVENTION"),
        ({"terminated_on": AFTER}, 50_00),
        ({"terminated_on": D}, "CONVENTION"),
        ({"suspensions": [Suspension(D, AFTER)]}, "CONVENTION"),
        ({"suspensions": [Suspension(BEFORE, D)]}, 50_00),
        ({"suspensions": [Suspension(AFTER, None)]}, 50_00),
        ({"suspensions": [Suspension(BEFORE, None)]}, "CONVENTION"),
        ({"types": ALL_TYPES - {"RCP"}}, "TYPE"),
        ({"types": {"RCP"}}, 50_00),
        ({"amendments": [Terms(D, 10_000_00, frozenset())]}, "TYPE"),
        ({"amendments": [Terms(AFTER, 10_000_00, frozenset())]}, 50_00),
        ({"types": (), "amendments": [Terms(D, 10_000_00, frozenset({"RCP"}))]}, 50_00),
    ],
)
def test_convention_as_dated_pays_or_names_the_reason(facts: dict, expected: int | str) -> None:
    [decision] = decide(candidate(action("RCP", D, of=team(convention(**facts)))))
    assert outcome(decision) == expected


@pytest.mark.parametrize(
    ("type", "periods", "expected"),
    [
        ("PREVENTION", [Period(D, D)], 50_00),
        ("PREVENTION", [Period(AFTER, None)], "STRUCTURE"),
        ("PREVENTION", [Period(None, BEFORE)], "STRUCTURE"),
        ("PREVENTION", [Period(None, BEFORE), Period(D, None)], 50_00),
        ("ETP", [Period(None, D)], 50_00),
        ("ETP", [], "STRUCTURE"),
        ("RCP", [], 50_00),
        ("PROTOCOLE", [], 50_00),
    ],
)
def test_structure_not_an_association_that_day_excludes_prevention_and_etp(type, periods, expected) -> None:
    [decision] = decide(candidate(action(type, D, of=team(association=periods))))
    assert outcome(decision) == expected


@pytest.mark.parametrize(
    ("memberships", "expected"),
    [
        ([], "MEMBER"),
        ([member(joined_on=D)], 50_00),
        ([member(joined_on=AFTER)], "MEMBER"),
        ([member(left_on=D)], 50_00),
        ([member(left_on=BEFORE)], "MEMBER"),
        ([member(left_on=BEFORE), member(joined_on=D, id=2)], 50_00),
        ([member(practice(confirmed=False))], "MEMBER"),
        ([member(practice(None, BEFORE, confirmed=False), practice(D, None))], 50_00),
        ([member(practice(None, D, confirmed=False), practice(AFTER, None))], "MEMBER"),
        ([member(practice(AFTER, None))], "MEMBER"),
        ([member(practice(salaried=True))], "LIBERAL"),
        ([member(practice(salaried=True, company=7))], 50_00),
        ([member(practice(None, BEFORE, salaried=True), practice(D, None))], 50_00),
        ([member(practice(None, D, salaried=True), practice(AFTER, None))], "LIBERAL"),
        ([member(practice(None, D, salaried=True), practice(AFTER, None, company=7))], "LIBERAL"),
        ([member(signed={1: D})], 50_00),
        ([member(signed={1: AFTER})], "SIGNATURE"),
        ([member(signed={})], "SIGNATURE"),
        ([member(signed={2: BEFORE})], "SIGNATURE"),
        ([member(left_on=BEFORE), member(joined_on=D, signed={}, id=2)], "SIGNATURE"),
    ],
)
def test_member_as_dated_is_paid_or_the_reason_named(memberships, expected) -> None:
    [decision] = decide(candidate(action("RCP", D), memberships=memberships))
    assert outcome(decision) == expected


@pytest.mark.parametrize(
    ("type", "people", "professions", "expected"),
    [
        ("RCP", 2, 2, 50_00),
        ("RCP", 1, 1, "PLURI"),
        ("RCP", 2, 1, "PLURI"),
        ("RCPP", 1, 2, "PLURI"),
        ("RCPP", 2, 2, 50_00),
        ("PPS", 1, 1, 50_00),
    ],
)
def test_concertation_with_fewer_than_two_is_not_paid(type, people, professions, expected) -> None:
    [decision] = decide(candidate(action(type, D, people=people, professions=professions)))
    assert outcome(decision) == expected


@pytest.mark.parametrize(
    ("months", "declared_on", "lifted", "expected"),
    [
        (3, day("2026-06-10"), False, 50_00),
        (3, day("2026-06-11"), False, "FORCLOS"),
        (3, day("2026-06-11"), True, 50_00),
        (None, day("2030-01-01"), False, 50_00),
        (0, D, False, 50_00),
        (0, AFTER, False, "FORCLOS"),
    ],
)
def test_deadline_passed_excludes_unless_lifted(months, declared_on, lifted, expected) -> None:
    late = action("RCP", D, declared_on=declared_on, deadline_lifted=lifted)
    [decision] = decide(candidate(late), rules=Rules(deadline_months=months))
    assert outcome(decision) == expected


def test_reasons_all_hold_the_first_is_named_and_mending_it_names_the_next() -> None:
    """One fault after the other is mended, in the order of the rules."""
    agreed = convention(types={"ETP", "RCP"})
    late = {"declared_on": day("2027-01-01"), "people": 1, "professions": 1}
    nobody, pressenti = (), (member(practice(confirmed=False)),)
    salaried, unsigned, signed = member(practice(salaried=True), signed={}), member(signed={}), member()
    cases = [
        (action("ETP", D, of=team(convention(None, types=()), association=()), **late), nobody, "CONVENTION"),
        (action("ETP", D, of=team(convention(types=()), association=()), **late), nobody, "TYPE"),
        (action("ETP", D, of=team(agreed, association=()), **late), nobody, "STRUCTURE"),
        (action("RCP", D, of=team(agreed), **late), pressenti, "MEMBER"),
        (action("RCP", D, of=team(agreed), **late), [salaried], "LIBERAL"),
        (action("RCP", D, of=team(agreed), **late), [unsigned], "SIGNATURE"),
        (action("RCP", D, of=team(agreed), **late), [signed], "PLURI"),
        (action("RCP", D, of=team(agreed), declared_on=day("2027-01-01")), [signed], "FORCLOS"),
    ]
    for facts, memberships, expected in cases:
        [decision] = decide(candidate(facts, memberships=memberships), rules=Rules(deadline_months=6), prices=[])
        assert outcome(decision) == expected


def test_conventions_overlap_the_latest_effect_then_the_highest_id_pays() -> None:
    old = convention(day("2025-01-01"), id=9)
    new, twin = convention(day("2026-01-01"), id=4), convention(day("2026-01-01"), id=3)
    signed = [member(signed={9: D, 4: D, 3: D})]
    [decision] = decide(candidate(action("RCP", D, of=team(old, new, twin)), memberships=signed))
    assert isinstance(decision, Priced)
    assert decision.convention_id == 4


def test_conventions_overlap_the_new_one_suspended_the_old_one_pays() -> None:
    old = convention(day("2025-01-01"), id=9)
    new = convention(day("2026-01-01"), id=4, suspensions=[Suspension(D, None)])
    [decision] = decide(candidate(action("RCP", D, of=team(old, new)), memberships=[member(signed={9: D})]))
    assert isinstance(decision, Priced)
    assert decision.convention_id == 9


def test_salaried_with_a_company_the_company_is_owed() -> None:
    memberships = [member(practice(None, D, salaried=True, company=7), practice(AFTER, None))]
    [decision] = decide(candidate(action("RCP", D), memberships=memberships))
    assert isinstance(decision, Priced)
    assert decision.company_id == 7


# Writing the health project.

PROJECT_ON = day("2025-11-20")


def project(*conventions, signed=None, memberships=None, **facts):
    wrote = action("PROJET", PROJECT_ON, of=team(*conventions, **facts), people=1, professions=1)
    return candidate(wrote, role="redacteur", memberships=memberships or [member(signed=signed)])


@pytest.mark.parametrize(
    ("effective_on", "until", "expected"),
    [
        (day("2025-11-21"), day("2025-11-30"), 50_00),
        (day("2026-01-31"), day("2026-01-31"), 50_00),
        (day("2026-02-01"), day("2026-01-31"), "CONVENTION"),
        (day("2026-11-20"), day("2026-11-30"), 50_00),
        (day("2026-11-21"), day("2026-11-30"), "CONVENTION"),
        (None, day("2026-11-30"), "CONVENTION"),
    ],
)
def test_project_before_the_convention_is_paid_from_the_run_of_its_effect(effective_on, until, expected) -> None:
    [decision] = decide(project(convention(effective_on)), until=until)
    assert outcome(decision) == expected


def test_project_with_a_convention_in_force_is_judged_on_its_own_date() -> None:
    [decision] = decide(project(convention(PROJECT_ON), convention(day("2026-01-01"), id=2), signed={2: D}))
    assert outcome(decision) == "SIGNATURE"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"signed": {1: day("2026-02-01")}}, 50_00),
        ({"signed": {1: day("2026-02-02")}}, "SIGNATURE"),
        ({"memberships": [member(joined_on=day("2026-02-01"))]}, 50_00),
        ({"memberships": [member(left_on=day("2026-01-31"))]}, "MEMBER"),
        ({"memberships": [member(practice(None, day("2026-01-31")), practice(D, None))]}, "MEMBER"),
    ],
)
def test_project_is_judged_on_the_effect_date(facts, expected) -> None:
    [decision] = decide(project(convention(day("2026-02-01")), **facts))
    assert outcome(decision) == expected


def test_project_two_conventions_follow_only_the_first_counts() -> None:
    first = convention(day("2026-02-01"), types={"RCP"})
    second = convention(day("2026-05-01"), id=2)
    [decision] = decide(project(first, second, signed={1: BEFORE, 2: BEFORE}))
    assert outcome(decision) == "TYPE"


def test_project_price_and_civil_year_are_those_of_its_own_date_ceiling_that_of_the_effect() -> None:
    prices = [
        tarif("PROJET", 80_00, role="redacteur", starts_on=day("2025-01-01")),
        tarif("PROJET", 90_00, role="redacteur", starts_on=day("2026-01-01")),
    ]
    balances = Balances(team_cents={(1, 2025): 20_00, (1, 2026): 50_000_00})
    agreed = convention(day("2026-02-01"), ceiling=0, amendments=[Terms(day("2026-02-01"), 70_00, ALL_TYPES)])
    [decision] = decide(project(agreed), prices=prices, balances=balances)
    assert isinstance(decision, Priced)
    assert (decision.price.amount_cents, decision.amount_cents, decision.cut_by) == (80_00, 50_00, ("CAP_TEAM",))
    assert balances.team_cents(1, 2025) == 70_00


def test_project_lookahead_set_to_one_month_a_later_convention_does_not_count() -> None:
    rules = Rules(project_lookahead_months=1)
    assert outcomes(decide(project(convention(day("2025-12-20"))), rules=rules)) == [50_00]
    assert outcomes(decide(project(convention(day("2025-12-21"))), rules=rules)) == ["CONVENTION"]


def test_other_type_before_the_convention_is_not_looked_ahead() -> None:
    early = action("PPS", PROJECT_ON, of=team(convention(day("2026-02-01"))))
    assert outcomes(decide(candidate(early))) == ["CONVENTION"]


# 2. Price.


@pytest.mark.parametrize(
    ("on", "profession", "expected"),
    [
        ("2025-12-31", "10", None),
        ("2026-01-01", "10", 10),
        ("2026-01-01", "60", 10),
        ("2026-02-28", "10", 10),
        ("2026-03-01", "10", 31),
        ("2026-03-01", "60", 10),
        ("2026-07-01", "10", 31),
        ("2026-07-01", "60", 20),
    ],
)
def test_price_of_the_profession_in_force_comes_before_any_profession(on, profession, expected) -> None:
    prices = PriceList(
        [
            tarif(cents=20, starts_on=day("2026-07-01")),
            tarif(cents=31, profession="10", starts_on=day("2026-03-01"), version=2),
            tarif(cents=30, profession="10", starts_on=day("2026-03-01"), version=1),
            tarif(cents=10, starts_on=day("2026-01-01")),
        ]
    )
    found = prices.find("ESP_CLAP", "RCP", "participant", profession, day(on))
    assert (found and found.amount_cents) == expected


@pytest.mark.parametrize(
    "words",
    [("ESP", "RCP", "participant"), ("ESP_CLAP", "PPS", "participant"), ("ESP_CLAP", "RCP", "redacteur")],
)
def test_price_of_another_kind_type_or_role_is_not_found(words) -> None:
    assert PriceList([tarif()]).find(*words, "60", D) is None


def test_price_missing_is_an_error_and_the_others_of_the_action_are_priced() -> None:
    met = action("RCP", D)
    first, second = decide(candidate(met, 1, profession="10"), candidate(met, 2), prices=[tarif(profession="60")])
    assert isinstance(first, MissingPrice)
    assert outcome(second) == 50_00


def test_price_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        PriceList([tarif(cents=0)])


# 3 to 5. Number cap and ceilings.


def test_number_cap_reached_whatever_the_role_the_next_is_excluded() -> None:
    one, two = action("PPS", D, reference="A1"), action("PPS", D, reference="A2")
    three = action("PPS", day("2027-01-01"), reference="A3")
    prices = [tarif("PPS", cap=2), tarif("PPS", role="redacteur", cap=2)]
    balances = Balances(paid_counts={(1, "PPS", 2026): 1, (1, "RCP", 2026): 9})
    decisions = decide(
        candidate(one, 1),
        candidate(one, 2),
        candidate(two, 1, role="redacteur"),
        candidate(three, 1),
        prices=prices,
        balances=balances,
    )
    assert outcomes(decisions) == [50_00, 50_00, "CAP_COUNT", 50_00]
    assert isinstance(decisions[2], Excluded)
    assert decisions[2].limit == 2


def test_number_cap_of_the_price_that_applies_counts_lines_of_other_prices() -> None:
    one, two = action("PPS", D, reference="A1"), action("PPS", D, reference="A2")
    prices = [tarif("PPS"), tarif("PPS", role="redacteur", cap=1)]
    decisions = decide(candidate(one), candidate(two, role="redacteur"), prices=prices)
    assert outcomes(decisions) == [50_00, "CAP_COUNT"]


def test_number_cap_a_line_that_the_ceiling_took_away_is_not_counted() -> None:
    poor, rich = team(convention(ceiling=0)), team(id=2)
    one, two = action("RCP", D, reference="A1", of=poor), action("RCP", D, reference="A2", of=rich)
    decisions = decide(candidate(one), candidate(two), prices=[tarif(cap=1)])
    assert outcomes(decisions) == ["CAP_TEAM", 50_00]


def test_number_cap_who_is_beyond_takes_no_share_of_the_team_ceiling() -> None:
    met = action("RCP", D, of=team(convention(ceiling=100_00)), people=3)
    balances = Balances(paid_counts={(2, "RCP", 2026): 1})
    decisions = decide(*(candidate(met, person) for person in (1, 2, 3)), prices=[tarif(cap=1)], balances=balances)
    assert outcomes(decisions) == [50_00, "CAP_COUNT", 50_00]


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (0, [50_00, 50_00, 50_00]),
        (9_850_00, [50_00, 50_00, 50_00]),
        (9_850_01, [50_00, 50_00, 49_99]),
        (9_850_02, [50_00, 49_99, 49_99]),
        (9_999_98, [1, 1, "CAP_TEAM"]),
        (9_999_99, [1, "CAP_TEAM", "CAP_TEAM"]),
        (10_000_00, ["CAP_TEAM"] * 3),
        (10_200_00, ["CAP_TEAM"] * 3),
    ],
)
def test_team_ceiling_with_little_left_gives_shares_and_the_odd_cents_in_order(used, expected) -> None:
    met = action("RCP", D)
    balances = Balances(team_cents={(1, 2026): used})
    decisions = decide(*(candidate(met, person) for person in (1, 2, 3)), balances=balances)
    assert outcomes(decisions) == expected
    assert balances.team_cents(1, 2026) == max(used, min(10_000_00, used + 150_00))


def test_team_ceiling_unequal_prices_are_cut_in_proportion() -> None:
    wrote = action("PPS", D, of=team(convention(ceiling=100_00)))
    prices = [tarif("PPS", 100_00, role="redacteur"), tarif("PPS", 40_00)]
    decisions = decide(candidate(wrote, 1, role="redacteur"), candidate(wrote, 2), candidate(wrote, 3), prices=prices)
    assert outcomes(decisions) == [55_56, 22_22, 22_22]


def test_team_ceiling_amended_counts_on_the_date_of_the_action() -> None:
    amended = team(convention(ceiling=50_00, amendments=[Terms(D, 70_00, ALL_TYPES)]))
    decisions = decide(
        candidate(action("RCP", BEFORE, reference="A1", of=amended)),
        candidate(action("RCP", BEFORE, reference="A2", of=amended)),
        candidate(action("RCP", D, reference="A3", of=amended)),
    )
    assert outcomes(decisions) == [50_00, "CAP_TEAM", 20_00]


def test_team_ceiling_of_one_year_does_not_touch_the_next() -> None:
    poor = team(convention(ceiling=50_00))
    decisions = decide(
        candidate(action("RCP", day("2026-12-31"), reference="A1", of=poor)),
        candidate(action("RCP", day("2027-01-01"), reference="A2", of=poor)),
    )
    assert outcomes(decisions) == [50_00, 50_00]


@pytest.mark.parametrize(
    ("used", "expected", "cut_by"),
    [
        (450_00, 50_00, ()),
        (450_01, 49_99, ("CAP_PERSON",)),
        (499_99, 1, ("CAP_PERSON",)),
        (500_00, "CAP_PERSON", None),
        (900_00, "CAP_PERSON", None),
    ],
)
def test_personal_ceiling_with_little_left_cuts_the_line(used, expected, cut_by) -> None:
    [decision] = decide(
        candidate(action("RCP", D)),
        rules=Rules(personal_ceiling_cents=500_00),
        balances=Balances(professional_cents={(1, 2026): used}),
    )
    assert outcome(decision) == expected
    assert getattr(decision, "cut_by", None) == cut_by


def test_personal_ceiling_what_it_cuts_is_left_to_the_team_and_not_shared_out() -> None:
    poor = team(convention(ceiling=80_00))
    first, second = action("RCP", D, reference="A1", of=poor), action("RCP", D, reference="A2", of=poor)
    decisions = decide(
        candidate(first, 1),
        candidate(first, 2),
        candidate(second, 2),
        rules=Rules(personal_ceiling_cents=500_00),
        balances=Balances(professional_cents={(1, 2026): 490_00}),
    )
    assert outcomes(decisions) == [10_00, 40_00, 30_00]
    assert [getattr(decision, "cut_by", None) for decision in decisions] == [
        ("CAP_TEAM", "CAP_PERSON"),
        ("CAP_TEAM",),
        ("CAP_TEAM",),
    ]


def test_personal_ceiling_counts_all_teams() -> None:
    here, there = action("RCP", D, reference="A1"), action("RCP", D, reference="A2", of=team(id=2))
    decisions = decide(candidate(here), candidate(there), rules=Rules(personal_ceiling_cents=60_00))
    assert outcomes(decisions) == [50_00, 10_00]


def test_reversal_taken_back_first_the_rest_of_the_run_has_its_amount_and_its_count() -> None:
    poor, balances = team(convention(ceiling=50_00)), Balances()
    first, second = action("RCP", D, reference="A1", of=poor), action("RCP", AFTER, reference="A2", of=poor)
    facts = {"team_id": 1, "professional_id": 1, "action_type": "RCP", "year": 2026, "amount_cents": 50_00}
    prices = [tarif(cap=1)]
    assert outcomes(decide(candidate(first), prices=prices, balances=balances)) == [50_00]
    assert outcomes(decide(candidate(second), prices=prices, balances=balances)) == ["CAP_COUNT"]
    balances.take_back(**facts)
    assert outcomes(decide(candidate(second), prices=prices, balances=balances)) == [50_00]


# The input.


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("2026-03-11", "A1", 1), ("2026-03-10", "A2", 2)),
        (("2026-03-10", "A2", 1), ("2026-03-10", "A1", 2)),
        (("2026-03-10", "a1", 1), ("2026-03-10", "B1", 2)),
        (("2026-03-10", "A1", 1), ("2026-03-10", "A1", 2)),
    ],
)
def test_actions_out_of_order_or_of_the_same_reference_raise(first, second) -> None:
    candidates = [candidate(action("RCP", day(on), reference=name), person) for on, name, person in (first, second)]
    with pytest.raises(OutOfOrder):
        decide(*candidates)


@pytest.mark.parametrize("people", [(2, 1), (1, 1)])
def test_participants_out_of_order_or_given_twice_raise(people) -> None:
    met = action("RCP", D)
    with pytest.raises(OutOfOrder):
        decide(*(candidate(met, person) for person in people))


def test_action_given_twice_apart_raises() -> None:
    one, two = action("RCP", D, reference="A1"), action("RCP", D, reference="A2")
    with pytest.raises(OutOfOrder):
        decide(candidate(one, 1), candidate(two, 1), candidate(one, 2))


def test_action_after_the_month_raises_on_its_last_day_is_decided() -> None:
    assert outcomes(decide(candidate(action("RCP", D)), until=D)) == [50_00]
    with pytest.raises(ValueError, match="is not of a run until 2026-03-10"):
        decide(candidate(action("RCP", AFTER)), until=D)


def test_candidates_stream_one_action_is_read_ahead_at_most() -> None:
    read = []

    def rows():
        for number in range(100):
            read.append(number)
            yield candidate(action("RCP", D, reference=f"A{number:03}"))

    decisions = price(rows(), PriceList([tarif()]), Balances(), rules=Rules(), until=D)
    next(decisions)
    assert len(read) == 2


def test_no_candidate_gives_no_decision() -> None:
    assert decide() == []


def test_final_reasons_are_the_caps() -> None:
    assert [reason for reason in Reason if reason.is_final] == ["CAP_COUNT", "CAP_TEAM", "CAP_PERSON"]


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2025-11-20", 12, "2026-11-20"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-03-10", 0, "2026-03-10"),
    ],
)
def test_add_months_shorter_month_gives_its_last_day(start, months, end) -> None:
    assert add_months(day(start), months) == day(end)
