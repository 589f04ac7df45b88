"""The second implementation, checked by hand; and the random regions, checked for being rich and valid."""

import random
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from schwifty import IBAN

from .region import (
    MONTHS,
    CancelAction,
    Event,
    PublishPrice,
    RaiseCeiling,
    RefuseParticipation,
    Region,
    Row,
    SetPersonalCeiling,
    VerifyAccount,
    random_region,
    with_luhn_key,
)
from .settlement import Exclusion, Line, MissingPriceError, settle, shares
from .workbook_writer import HEADERS, write_workbook

GP, NURSE, PHARMACIST, NURSE_2 = "10000000001", "10000000002", "10000000003", "10000000004"
PROFESSIONS = {GP: "10", NURSE: "60", PHARMACIST: "21", NURSE_2: "60"}
SEEDS = range(50)


# ------------------------------------------------------------------------------------------- a small region


def price(kind: str, role: str, amount: str, start: date = date(2025, 1, 1), **more: object) -> Row:
    return {"Type d'action": kind, "Rôle": role, "Montant": Decimal(amount), "En vigueur le": start, **more}


PRICES = [
    price("RCP", "participant", "50.00", date(2026, 1, 1)),
    price("PPS", "rédacteur", "100.00", date(2026, 1, 1)),
    price("PPS", "participant", "40.00", date(2026, 1, 1)),
    price("RCP", "participant", "60.00", date(2026, 7, 1)),
    price("PROJET", "rédacteur", "80.00", date(2025, 1, 1)),
    price("ETP", "participant", "30.00", date(2026, 1, 1)),
]


def convention(**changes: object) -> Row:
    return {
        "Numéro": "C1",
        "Code équipe": "T",
        "Début": date(2026, 1, 10),
        "Fin": date(2028, 12, 31),
        "Signée le": date(2026, 1, 5),
        "Types d'action": "RCP; PPS; PROJET",
        **changes,
    }


def member(rpps: str, **changes: object) -> Row:
    return {
        "Code équipe": "T",
        "RPPS": rpps,
        "Entrée le": date(2025, 1, 1),
        "Statut": "confirmé",
        "Signature le": date(2026, 1, 5),
        **changes,
    }


class Sheets:
    """One ESP CLAP team T with four members; each test adds what it is about."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.sheets: dict[str, list[Row]] = {
            "Barème": [dict(row) for row in PRICES],
            "Équipes": [{"Code équipe": "T", "Nature": "ESP CLAP"}],
            "Bénéficiaires": [{"Code": "SEL", "IBAN": "FR…", "Compte vérifié": "oui"}],
            "Professionnels": [
                {"RPPS": rpps, "Profession": code, "IBAN": "FR…", "Compte vérifié": "oui"}
                for rpps, code in PROFESSIONS.items()
            ],
            "Membres": [member(rpps) for rpps in PROFESSIONS],
            "Conventions": [convention()],
            "Actions": [],
            "Participations": [],
        }

    def action(self, reference: str, kind: str, day: date, *people: str, **more: object) -> "Sheets":
        """`people`: RPPS; the first one of a PPS or a PROJET is the rédacteur."""
        self.sheets["Actions"].append(
            {"Référence": reference, "Code équipe": "T", "Type": kind, "Date": day, "Validée": "oui", **more}
        )
        for place, rpps in enumerate(people):
            role = "rédacteur" if kind in ("PPS", "PROJET") and place == 0 else "participant"
            self.sheets["Participations"].append({"Référence action": reference, "RPPS": rpps, "Rôle": role})
        return self

    def already_paid(self, amount: str) -> "Sheets":
        """The last participation was paid on paper."""
        self.sheets["Participations"][-1].update({"Déjà payé": Decimal(amount), "Payé le": date(2026, 2, 1)})
        return self

    def ceiling(self, amount: str) -> "Sheets":
        self.sheets["Conventions"][0]["Plafond annuel"] = Decimal(amount)
        return self

    def then(self, *events: Event) -> "Sheets":
        self.events += events
        return self

    def settle(self, *months: str):
        return settle(Region(None, self.sheets, self.events), list(months))


def amounts(result) -> list[tuple[str, str, str, int]]:
    return [(line.kind, line.action, line.rpps, line.amount_cents) for line in result.lines]


# ------------------------------------------------------------------------------------------ hand computed


def test_worked_example_gives_the_table_of_the_specification():
    region = Sheets()
    region.sheets["Professionnels"].append({"RPPS": "X", "Profession": "70"})
    region.action("A-OLD", "PPS", date(2026, 1, 20), "X").already_paid("9910.00")
    region.action("A0", "PROJET", date(2025, 11, 20), GP)
    region.action("A1", "RCP", date(2026, 6, 30), GP, NURSE, PHARMACIST)
    region.action("A2", "RCP", date(2026, 7, 2), GP, NURSE)
    region.action("A3", "PPS", date(2026, 1, 9), GP)
    region.action("A4", "RCP", date(2026, 7, 3), NURSE, NURSE_2)
    region.action("A5", "ETP", date(2026, 7, 4), GP, NURSE)

    (july,) = region.settle("2026-07")

    assert july.lines == [
        Line("initial", "A0", GP, "redacteur", 80_00, 80_00, ""),
        Line("initial", "A1", GP, "participant", 50_00, 30_00, "CAP_TEAM"),
        Line("initial", "A1", NURSE, "participant", 50_00, 30_00, "CAP_TEAM"),
        Line("initial", "A1", PHARMACIST, "participant", 50_00, 30_00, "CAP_TEAM"),
    ]
    assert july.exclusions == [
        Exclusion("A3", GP, "CONVENTION"),
        Exclusion("A2", GP, "CAP_TEAM"),
        Exclusion("A2", NURSE, "CAP_TEAM"),
        Exclusion("A4", NURSE, "PLURI"),
        Exclusion("A4", NURSE_2, "PLURI"),
        Exclusion("A5", GP, "TYPE"),
        Exclusion("A5", NURSE, "TYPE"),
    ]
    assert july.payments == {GP: 110_00, NURSE: 30_00, PHARMACIST: 30_00}
    assert (july.waiting, july.carried, july.paid_cents, july.due_cents) == ({}, {}, 170_00, 170_00)
    assert july.excluded == {"CONVENTION": 1, "CAP_TEAM": 2, "PLURI": 2, "TYPE": 2}


@pytest.mark.parametrize(
    ("left", "wanted", "given"),
    [
        (100_00, [50_00, 50_00, 50_00], [33_34, 33_33, 33_33]),
        (100_01, [50_00, 50_00, 50_00], [33_34, 33_34, 33_33]),
        (100_00, [100_00, 40_00, 40_00], [55_56, 22_22, 22_22]),
        (1, [50_00, 40_00], [1, 0]),
        (0, [50_00], [0]),
        (-5_00, [50_00, 10], [0, 0]),
        (90_00, [50_00, 40_00], [50_00, 40_00]),
    ],
)
def test_shares_of_what_is_left(left, wanted, given):
    assert shares(left, wanted) == given


def test_last_cent_goes_to_the_first_and_the_other_is_excluded():
    region = Sheets().ceiling("100.01")
    region.action("A1", "PPS", date(2026, 2, 1), GP)
    region.action("A2", "RCP", date(2026, 2, 2), NURSE, GP)
    (month,) = region.settle("2026-02")
    assert amounts(month) == [("initial", "A1", GP, 100_00), ("initial", "A2", GP, 1)]
    assert month.exclusions == [Exclusion("A2", NURSE, "CAP_TEAM")]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"Entrée le": date(2026, 3, 15)}, None),
        ({"Entrée le": date(2026, 3, 16)}, "MEMBER"),
        ({"Sortie le": date(2026, 3, 15)}, None),
        ({"Sortie le": date(2026, 3, 14)}, "MEMBER"),
        ({"Statut": "pressenti"}, "MEMBER"),
        ({"Mode d'exercice": "salarié"}, "LIBERAL"),
        ({"Mode d'exercice": "salarié", "Bénéficiaire": "SEL"}, None),
        ({"Mode d'exercice": "mixte"}, None),
        ({"Signature le": date(2026, 3, 15)}, None),
        ({"Signature le": date(2026, 3, 16)}, "SIGNATURE"),
        ({"Signature le": None}, "SIGNATURE"),
        ({"Signature le": None, "Mode d'exercice": "salarié"}, "LIBERAL"),
    ],
)
def test_member_on_the_date(changes, reason):
    region = Sheets().action("A1", "RCP", date(2026, 3, 15), GP, NURSE)
    region.sheets["Membres"][0].update(changes)
    (month,) = region.settle("2026-03")
    assert month.exclusions == ([Exclusion("A1", GP, reason)] if reason else [])
    assert ("initial", "A1", NURSE, 50_00) in amounts(month)  # the others count, payable or not


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Début": date(2026, 3, 15)}, None),
        ({"Début": date(2026, 3, 16)}, "CONVENTION"),
        ({"Signée le": date(2026, 3, 16)}, "CONVENTION"),
        ({"Signée le": None}, "CONVENTION"),
        ({"Effet le": date(2026, 3, 16)}, "CONVENTION"),
        ({"Fin": date(2026, 3, 15)}, None),
        ({"Fin": date(2026, 3, 14)}, "CONVENTION"),
        ({"Types d'action": "PPS;PROJET"}, "TYPE"),
    ],
)
def test_convention_on_the_date(changes, reason):
    region = Sheets().action("A1", "RCP", date(2026, 3, 15), GP, NURSE)
    region.sheets["Conventions"][0].update(changes)
    (month,) = region.settle("2026-03")
    assert {e.reason for e in month.exclusions} == ({reason} if reason else set())
    assert len(month.lines) == (0 if reason else 2)


@pytest.mark.parametrize(("structure", "paid"), [(None, 0), ("SISA", 0), ("association", 1)])
def test_etp_needs_an_association(structure, paid):
    region = Sheets().action("A1", "ETP", date(2026, 3, 15), GP)
    region.sheets["Conventions"][0]["Types d'action"] = "ETP"
    region.sheets["Équipes"][0]["Structure juridique"] = structure
    (month,) = region.settle("2026-03")
    assert len(month.lines) == paid
    assert month.exclusions == ([] if paid else [Exclusion("A1", GP, "STRUCTURE")])


@pytest.mark.parametrize(
    ("day", "run", "reason"),
    [
        (date(2025, 1, 10), "2026-01", None),  # 12 months to the day
        (date(2025, 1, 9), "2026-01", "CONVENTION"),
        (date(2025, 11, 20), "2025-12", "CONVENTION"),  # the run of a month before the prise d'effet
        (date(2026, 1, 9), "2026-01", None),
        (date(2026, 1, 10), "2026-01", None),
    ],
)
def test_project_before_the_convention(day, run, reason):
    (month,) = Sheets().action("P", "PROJET", day, GP).settle(run)
    assert [e.reason for e in month.exclusions] == ([reason] if reason else [])
    assert amounts(month) == ([] if reason else [("initial", "P", GP, 80_00)])


def test_project_is_judged_on_the_effect_date_and_counts_in_its_own_year():
    region = Sheets().ceiling("100.00")
    region.action("P1", "PROJET", date(2025, 6, 1), GP)
    region.action("P2", "PROJET", date(2025, 7, 1), NURSE)
    region.action("A1", "PPS", date(2026, 1, 20), GP)
    region.sheets["Membres"][1]["Entrée le"] = date(2026, 1, 10)
    before, after = region.settle("2025-12", "2026-01")
    assert [e.reason for e in before.exclusions] == ["CONVENTION", "CONVENTION"]
    assert amounts(after) == [
        ("initial", "P1", GP, 80_00),
        ("initial", "P2", NURSE, 20_00),
        ("initial", "A1", GP, 100_00),
    ]


def test_price_of_the_profession_wins_over_a_newer_one_for_any():
    region = Sheets().action("A1", "RCP", date(2026, 7, 1), GP, NURSE)
    region.sheets["Barème"].append(price("RCP", "participant", "55.50", Profession="60"))
    region.sheets["Barème"].append(price("RCP", "participant", "70.00", date(2026, 7, 2), Profession="60"))
    region.sheets["Barème"].append(price("RCP", "participant", "99.00", date(2026, 7, 1), Nature="ESP"))
    (month,) = region.settle("2026-07")
    assert amounts(month) == [("initial", "A1", GP, 60_00), ("initial", "A1", NURSE, 55_50)]


def test_missing_price_is_an_error():
    region = Sheets().action("A1", "PPS", date(2026, 7, 1), GP)
    del region.sheets["Barème"][1]
    with pytest.raises(MissingPriceError, match="A1"):
        region.settle("2026-07")


def test_order_is_by_code_point():
    region = Sheets().ceiling("150.00")
    for reference in ("É1", "a1", "Z1", "A9", "A10"):
        region.action(reference, "PPS", date(2026, 2, 2), GP)
    (month,) = region.settle("2026-02")
    assert amounts(month) == [("initial", "A10", GP, 100_00), ("initial", "A9", GP, 50_00)]
    assert [e.action for e in month.exclusions] == ["Z1", "a1", "É1"]


def test_number_cap_counts_all_roles_and_what_was_paid_before_and_a_cancelled_action_gives_back():
    region = Sheets()
    region.sheets["Barème"][1]["Nombre maximal par an"] = 2
    region.action("A1", "PPS", date(2026, 1, 15), NURSE, GP).already_paid("33.00")
    region.action("A2", "PPS", date(2026, 1, 16), GP)
    region.action("A3", "PPS", date(2026, 1, 17), GP)
    region.action("A4", "PPS", date(2026, 2, 1), GP)
    region.action("A5", "PPS", date(2026, 2, 2), GP)
    region.then(CancelAction("2026-01", "A2"))
    january, february = region.settle("2026-01", "2026-02")
    assert ("initial", "A2", GP, 100_00) in amounts(january)
    assert january.exclusions == [Exclusion("A3", GP, "CAP_COUNT")]
    assert amounts(february) == [("reversal", "A2", GP, -100_00), ("initial", "A4", GP, 100_00)]
    assert february.exclusions == [Exclusion("A5", GP, "CAP_COUNT")]  # A3's is final
    assert february.payments == {GP: 0}  # compensation


def test_personal_ceiling_is_not_taken_from_the_team():
    region = Sheets().ceiling("240.00").then(SetPersonalCeiling(None, 120_00))
    region.action("A1", "PPS", date(2026, 2, 1), GP)
    region.action("A2", "PPS", date(2026, 2, 2), GP)
    region.action("A3", "PPS", date(2026, 2, 3), GP)
    region.action("A4", "PPS", date(2026, 2, 4), NURSE)
    region.action("A5", "RCP", date(2026, 2, 5), PHARMACIST, NURSE)
    (month,) = region.settle("2026-02")
    assert [(line.action, line.rpps, line.amount_cents, line.cut) for line in month.lines] == [
        ("A1", GP, 100_00, ""),
        ("A2", GP, 20_00, "CAP_PERSON"),
        ("A4", NURSE, 100_00, ""),
        ("A5", NURSE, 10_00, "CAP_TEAM"),
        ("A5", PHARMACIST, 10_00, "CAP_TEAM"),
    ]
    assert month.exclusions == [Exclusion("A3", GP, "CAP_PERSON")]


def test_line_cut_by_both_ceilings():
    region = Sheets().ceiling("150.00").then(SetPersonalCeiling(None, 110_00))
    region.action("A1", "PPS", date(2026, 2, 1), GP).action("A2", "PPS", date(2026, 2, 2), GP)
    (month,) = region.settle("2026-02")
    assert month.lines[1] == Line("initial", "A2", GP, "redacteur", 100_00, 10_00, "CAP_TEAM+CAP_PERSON")


def test_what_was_paid_on_paper_is_never_paid_again_and_can_pass_the_ceiling():
    region = Sheets().ceiling("100.00")
    region.action("A1", "PPS", date(2026, 1, 15), GP).already_paid("130.00")
    region.action("A2", "PPS", date(2026, 1, 16), NURSE)
    region.then(CancelAction("2026-01", "A1"))
    region.action("A3", "PPS", date(2026, 2, 16), NURSE)
    january, february = region.settle("2026-01", "2026-02")
    assert (january.lines, january.payments) == ([], {})
    assert january.exclusions == [Exclusion("A2", NURSE, "CAP_TEAM")]
    assert amounts(february) == [("reversal", "A1", GP, -130_00), ("initial", "A3", NURSE, 100_00)]
    assert (february.payments, february.carried) == ({NURSE: 100_00}, {GP: -130_00})


def test_cancelled_action_makes_a_trop_percu_that_the_next_months_absorb():
    region = Sheets()
    region.action("A1", "PPS", date(2026, 2, 1), GP).action("A2", "PPS", date(2026, 4, 1), GP, NURSE)
    region.action("A3", "RCP", date(2026, 3, 1), GP, NURSE).then(CancelAction("2026-02", "A1"))
    february, march, april = region.settle("2026-02", "2026-03", "2026-04")
    assert february.payments == {GP: 100_00}
    assert (march.payments, march.carried) == ({NURSE: 50_00}, {GP: -50_00})
    assert (april.payments, april.carried) == ({GP: 50_00, NURSE: 40_00}, {})


def test_action_cancelled_before_any_run_yields_nothing():
    region = Sheets().action("A1", "PPS", date(2026, 2, 1), GP).then(CancelAction(None, "A1"))
    (month,) = region.settle("2026-02")
    assert (month.lines, month.exclusions, month.payments) == ([], [], {})


def test_declared_action_is_no_candidate_and_a_late_one_is_paid_by_the_next_run():
    region = Sheets().action("A1", "PPS", date(2026, 2, 1), GP, Validée="non")
    region.action("A2", "PPS", date(2026, 2, 1), GP)
    (june,) = region.settle("2026-06")
    assert amounts(june) == [("initial", "A2", GP, 100_00)]
    assert june.exclusions == []


def test_refused_participation_is_reversed_and_the_frozen_line_of_the_other_stays():
    region = Sheets().action("A1", "RCP", date(2026, 2, 1), GP, NURSE)
    region.action("A2", "RCP", date(2026, 3, 1), GP, NURSE)
    region.then(RefuseParticipation("2026-02", "A1", NURSE), RefuseParticipation("2026-02", "A2", NURSE))
    _, march = region.settle("2026-02", "2026-03")
    assert amounts(march) == [("reversal", "A1", NURSE, -50_00)]
    assert march.exclusions == [Exclusion("A2", GP, "PLURI")]


def mended(after: str, amount_cents: int) -> PublishPrice:
    return PublishPrice(
        after, "ESP CLAP", "RCP", "participant", None, date(2026, 1, 1), amount_cents, max_per_year=None
    )


def test_mended_price_reverses_and_corrects_what_it_priced():
    region = Sheets().action("A1", "RCP", date(2026, 2, 1), GP, NURSE)
    region.action("A2", "RCP", date(2026, 3, 1), GP, NURSE)
    region.then(mended("2026-02", 45_50))
    region.then(mended("2026-03", 51_25))
    _, march, april, may = region.settle("2026-02", "2026-03", "2026-04", "2026-05")
    assert [line for line in march.lines if line.rpps == GP] == [
        Line("reversal", "A1", GP, "participant", 50_00, -50_00, ""),
        Line("correction", "A1", GP, "participant", 45_50, 45_50, ""),
        Line("initial", "A2", GP, "participant", 45_50, 45_50, ""),
    ]
    assert march.payments == {GP: 41_00, NURSE: 41_00}
    assert [line.amount_cents for line in april.lines if line.rpps == GP] == [-45_50, 51_25, -45_50, 51_25]
    assert april.payments == {GP: 11_50, NURSE: 11_50}
    assert may.lines == []


def test_mended_price_under_a_ceiling_is_priced_in_the_fixed_order():
    region = Sheets().ceiling("140.00")
    region.action("A1", "RCP", date(2026, 3, 10), GP, NURSE)
    region.action("A0", "PPS", date(2026, 2, 10), PHARMACIST)
    region.then(mended("2026-03", 10_00))
    march, april = region.settle("2026-03", "2026-04")
    assert [line.amount_cents for line in march.lines] == [100_00, 20_00, 20_00]
    assert amounts(april) == [
        ("reversal", "A1", GP, -20_00),
        ("correction", "A1", GP, 10_00),
        ("reversal", "A1", NURSE, -20_00),
        ("correction", "A1", NURSE, 10_00),
    ]


def test_decision_that_raises_the_year_brings_cap_team_back_and_corrects_cut_lines():
    region = Sheets().ceiling("80.00")
    region.action("A1", "RCP", date(2026, 2, 10), GP, NURSE)  # 40 + 40
    region.action("A2", "RCP", date(2026, 2, 11), GP, NURSE)  # nothing
    region.action("A3", "RCP", date(2026, 4, 11), GP, NURSE)
    region.then(RaiseCeiling("2026-03", "T", "C1", date(2026, 2, 1), 170_01, 2026))
    february, march, april = region.settle("2026-02", "2026-03", "2026-04")
    assert [line.amount_cents for line in february.lines] == [40_00, 40_00]
    assert (march.lines, march.exclusions) == ([], [])
    assert amounts(april) == [
        ("reversal", "A1", GP, -40_00),
        ("correction", "A1", GP, 50_00),
        ("reversal", "A1", NURSE, -40_00),
        ("correction", "A1", NURSE, 50_00),
        ("initial", "A2", GP, 35_01),
        ("initial", "A2", NURSE, 35_00),
    ]
    assert april.exclusions == [Exclusion("A3", GP, "CAP_TEAM"), Exclusion("A3", NURSE, "CAP_TEAM")]


def test_amendment_counts_from_its_date_on():
    region = Sheets().ceiling("80.00")
    region.action("A1", "RCP", date(2026, 2, 10), GP, NURSE)
    region.action("A2", "RCP", date(2026, 2, 11), GP, NURSE)
    region.action("A3", "RCP", date(2026, 2, 12), GP, NURSE)
    region.then(RaiseCeiling("2026-02", "T", "C1", date(2026, 2, 12), 100_00, 2026))
    _, march = region.settle("2026-02", "2026-03")
    assert [(line.kind, line.action, line.amount_cents) for line in march.lines] == [
        ("reversal", "A1", -40_00),
        ("correction", "A1", 40_00),
        ("reversal", "A1", -40_00),
        ("correction", "A1", 40_00),
        ("initial", "A3", 10_00),
        ("initial", "A3", 10_00),
    ]
    assert march.exclusions == [Exclusion("A2", GP, "CAP_TEAM"), Exclusion("A2", NURSE, "CAP_TEAM")]


def test_room_given_back_does_not_bring_a_final_exclusion_back():
    region = Sheets().ceiling("100.00")
    region.action("A1", "PPS", date(2026, 2, 1), GP).action("A2", "PPS", date(2026, 2, 2), GP)
    region.action("A3", "PPS", date(2026, 3, 2), NURSE).then(CancelAction("2026-02", "A1"))
    february, march = region.settle("2026-02", "2026-03")
    assert february.exclusions == [Exclusion("A2", GP, "CAP_TEAM")]
    assert amounts(march) == [("reversal", "A1", GP, -100_00), ("initial", "A3", NURSE, 100_00)]
    assert march.exclusions == []


def test_without_a_verified_account_lines_wait_and_are_paid_once_it_is_verified():
    region = Sheets().action("A1", "PPS", date(2026, 2, 1), GP).action("A2", "PPS", date(2026, 3, 1), GP)
    region.sheets["Professionnels"][0]["Compte vérifié"] = "non"
    region.then(VerifyAccount("2026-02", GP))
    february, march = region.settle("2026-02", "2026-03")
    assert (february.payments, february.waiting) == ({}, {GP: 100_00})
    assert (march.payments, march.waiting) == ({GP: 200_00}, {})


def test_company_of_the_membership_is_paid_for_all_its_people():
    region = Sheets().action("A1", "RCP", date(2026, 2, 1), GP, NURSE, PHARMACIST)
    for place in (0, 2):
        region.sheets["Membres"][place]["Bénéficiaire"] = "SEL"
    (month,) = region.settle("2026-02")
    assert month.payments == {NURSE: 50_00, "SEL": 100_00}


def test_two_conventions_in_force_the_latest_effect_counts_and_the_team_has_one_year():
    region = Sheets().ceiling("100.00").action("A1", "PPS", date(2026, 2, 1), GP)
    second = convention(Numéro="C2", Début=date(2026, 3, 1), **{"Plafond annuel": Decimal("150.00")})
    region.sheets["Conventions"].append(second)
    region.action("A2", "PPS", date(2026, 3, 1), GP)
    (month,) = region.settle("2026-03")
    assert [line.amount_cents for line in month.lines] == [100_00, 50_00]


# --------------------------------------------------------------------------------------- the random regions


def kinds_of_outcome(region: Region) -> Counter[str]:
    found: Counter[str] = Counter()
    for result in settle(region, MONTHS):
        found.update(f"line {line.kind}" for line in result.lines)
        found.update(f"cut {reason}" for line in result.lines for reason in line.cut.split("+") if reason)
        found.update(exclusion.reason for exclusion in result.exclusions)
        found.update("compensation" if net == 0 else "payment" for net in result.payments.values())
        found.update("company" for who in result.payments if who.startswith("SOC-"))
        found.update({"waiting": len(result.waiting), "trop-perçu": len(result.carried)})
    found.update(f"event {type(event).__name__}" for event in region.events)
    return found


def test_regions_are_rich():
    """Everything that the rules can say happens in more than a few of the 50 regions."""
    regions_with: Counter[str] = Counter()
    for seed in SEEDS:
        regions_with.update(name for name, number in kinds_of_outcome(random_region(seed)).items() if number)
    expected = ["CONVENTION", "TYPE", "STRUCTURE", "MEMBER", "LIBERAL", "SIGNATURE", "PLURI", "CAP_COUNT"]
    expected += ["CAP_TEAM", "CAP_PERSON", "waiting", "trop-perçu", "payment", "compensation", "company"]
    expected += ["line initial", "line reversal", "line correction", "cut CAP_TEAM", "cut CAP_PERSON"]
    expected += [f"event {name}" for name in ("CancelAction", "RefuseParticipation", "PublishPrice")]
    expected += ["event RaiseCeiling", "event SetPersonalCeiling"]
    assert {name: regions_with[name] for name in expected if regions_with[name] < 10} == {}


@pytest.mark.parametrize("seed", range(0, 50, 10))
def test_every_month_all_lines_are_paid_or_still_due(seed):
    due = paid = 0
    for result in settle(random_region(seed, late_accounts=True), MONTHS):
        due, paid = due + result.due_cents, paid + result.paid_cents
        assert due == paid + sum(result.waiting.values()) + sum(result.carried.values())


def test_same_seed_gives_the_same_region():
    assert random_region(7) == random_region(7)
    assert random_region(7) != random_region(8)


@pytest.mark.parametrize("seed", SEEDS)
def test_region_has_no_fault(seed):
    """Keys are unique, references exist, check digits hold; each IBAN is one of a real French bank."""
    sheets = random_region(seed).sheets
    keys = {
        "Barème": ("Type d'action", "Rôle", "Profession", "En vigueur le", "Nature"),
        "Équipes": ("Code équipe",),
        "Bénéficiaires": ("Code",),
        "Professionnels": ("RPPS",),
        "Membres": ("Code équipe", "RPPS"),
        "Conventions": ("Numéro",),
        "Actions": ("Référence",),
        "Participations": ("Référence action", "RPPS"),
    }
    for name, headers in keys.items():
        seen = [tuple(row[header] or "ESP CLAP" for header in headers) for row in sheets[name]]
        assert len(seen) == len(set(seen)), name
        assert all(set(row) == set(HEADERS[name]) for row in sheets[name]), name
    actions = {row["Référence"]: row for row in sheets["Actions"]}
    assert len({reference.casefold() for reference in actions}) == len(actions)
    people = {row["RPPS"] for row in sheets["Professionnels"]}
    assert all(rpps == with_luhn_key(rpps[:-1]) and len(rpps) == 11 for rpps in people)
    assert {row["RPPS"] for row in [*sheets["Membres"], *sheets["Participations"]]} <= people
    assert {row["Référence action"] for row in sheets["Participations"]} == set(actions)
    for row in [*sheets["Professionnels"], *sheets["Bénéficiaires"]]:
        assert row["IBAN"] is None or IBAN(row["IBAN"], validate_bban=True).bank_name
    for row in sheets["Participations"]:
        paid_on = row["Payé le"]
        assert paid_on is None or paid_on >= actions[row["Référence action"]]["Date"]
    check_dates(sheets)


def check_dates(sheets: dict[str, list[Row]]) -> None:
    recognised = {row["Code équipe"]: row["Reconnue le"] for row in sheets["Équipes"]}
    for row in sheets["Conventions"]:
        begins = max(row["Début"], row["Signée le"] or row["Début"])
        assert row["Effet le"] is None or (row["Signée le"] and row["Effet le"] >= begins)
        assert (row["Effet le"] or begins) <= row["Fin"]
        assert row["Signée le"] is None or recognised[row["Code équipe"]] <= row["Signée le"]
        for other in sheets["Conventions"]:
            if other is not row and other["Code équipe"] == row["Code équipe"]:
                assert other["Fin"] < row["Début"] or row["Fin"] < other["Début"]
    for row in sheets["Membres"]:
        ends = row["Sortie le"] or date.max
        assert row["Entrée le"] <= (row["Signature le"] or ends) <= ends
    assert all(date(2025, 1, 1) <= row["Date"] <= date(2026, 10, 31) for row in sheets["Actions"])


@pytest.mark.parametrize("quirks", [None, random.Random(3)], ids=["plain", "as people write"])
def test_workbook_holds_the_rows_and_no_formula(tmp_path, quirks):
    region = random_region(3)
    book = load_workbook(write_workbook(region, tmp_path / "region.xlsx", quirks=quirks))
    assert book.sheetnames == list(HEADERS)
    for name, rows in region.sheets.items():
        assert book[name].max_row == len(rows) + 1
    names = [cell for row in book["Professionnels"].iter_rows() for cell in row if cell.value == "=Duval"]
    assert [cell.data_type for cell in names] == ["s"]
