"""What a sound workbook becomes in the database."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

from actions.models import Action, Participation
from association.models import Membership, MembershipPeriod, Professional, Team, TransitionLog, User
from config.importing import check_workbook, load_workbook_file
from conventions.models import Adhesion, Convention
from payments.models import Account, Allocation, Beneficiary, DueLine, Payment, Price, Run
from tests.importing.conftest import Outcome
from tests.importing.making import GP, NURSE, PHARMACIST, sound_sheets, write

Load = Callable[..., Outcome]
Count = Callable[[], dict[str, int]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "region.xlsx", sound_sheets())


def test_sound_workbook_loads_and_says_what(load: Load, path: Path) -> None:
    outcome = load(path)

    assert outcome.code == 0, outcome.text
    assert "Classeur chargé." in outcome.text
    assert "Équipes : 2 lignes nouvelles, 0 inchangée." in outcome.text
    assert "3 comptes bancaires, 3 adhésions, 2 indemnités déjà payées, 2 virements repris" in outcome.text


def test_rows_enter_in_their_state_with_one_log_entry_each(load: Load, path: Path, admin: User) -> None:
    load(path)

    states = {team.code: team.state for team in Team.objects.all()}
    assert states == {"44-01": "under_convention", "01-02": "accompanied"}
    assert Convention.objects.get().state == "signed"
    assert {a.reference: a.state for a in Action.objects.all()} == {"A-1": "validated", "A-2": "declared"}
    assert set(Adhesion.objects.values_list("state", "signed_on")) == {("signed", date(2025, 12, 15))}
    logs = TransitionLog.objects.all()
    assert {(log.transition, log.origin, log.actor) for log in logs} == {("enter_at", "reprise", admin)}
    # 2 teams, 1 convention, 3 adhesions, 2 actions, 3 accounts, 1 run, 2 payments
    assert logs.count() == 14


def test_values_are_stored_as_they_are_meant(load: Load, path: Path) -> None:
    load(path)

    team = Team.objects.get(code="44-01")
    assert (team.kind, team.department_id, team.recognised_on) == ("esp_clap", "44", date(2025, 6, 1))
    assert sorted(team.communes.values_list("code", flat=True)) == ["44109", "44184"]
    assert sorted(team.themes.values_list("name", flat=True)) == ["Diabète", "Plaies"]
    assert (team.structures.get().form, team.structures.get().rna) == ("association", "W442001234")
    assert team.officer.email == "gestion@exemple.fr"
    lake = Team.objects.get(code="01-02")
    assert (lake.name, lake.communes.get().code) == ("=Équipe du Lac", "01001")
    assert not lake.structures.exists()
    assert Price.objects.get(action_type="PPS").amount_cents == 1234_56
    assert Price.objects.get(action_type="PPS").kind == "esp_clap"
    assert Professional.objects.get(rpps=NURSE).last_name == "Le Goff"
    convention = Convention.objects.get()
    assert (convention.effective_on, convention.early_effect_reason) == (date(2026, 1, 1), "")
    assert (convention.terms.get().ceiling_cents, convention.terms.get().action_types) == (8000_00, ["RCP", "PPS"])
    action = Action.objects.get(reference="A-2")
    assert (action.held_on, action.declared_on) == (date(2026, 2, 5), timezone.localdate())


def test_membership_has_one_period_without_dates(load: Load, path: Path) -> None:
    load(path)

    assert Membership.objects.count() == MembershipPeriod.objects.count() == 3
    period = MembershipPeriod.objects.get(membership__professional__rpps=PHARMACIST)
    assert (period.starts_on, period.ends_on, period.mode, period.status) == (None, None, "liberal", "confirme")
    assert (period.company.code, period.place_id) == ("SEL-1", "44109")


def test_accounts_are_verified_as_checked_before_or_proposed(load: Load, path: Path, admin: User) -> None:
    load(path)

    assert Beneficiary.objects.count() == 4
    company = Account.objects.get(beneficiary__company__code="SEL-1")
    assert (company.state, company.verified_by, company.origin, company.entered_by) == (
        "verified",
        None,
        "reprise",
        admin,
    )
    assert (company.holder, company.iban_last4, company.bic) == ("SELARL DU CLOS", "0189", "AGRIFRPPXXX")
    assert Account.objects.get(beneficiary__professional__rpps=GP).state == "proposed"
    assert not Account.objects.filter(beneficiary__professional__rpps=NURSE).exists()


def test_already_paid_makes_a_settled_opening_run(load: Load, path: Path) -> None:
    load(path)

    run = Run.objects.get()
    assert (run.kind, run.state, run.month, run.sequence) == (
        "opening",
        "settled",
        timezone.localdate().replace(day=1),
        1,
    )
    assert (run.lines_count, run.opening_cents, run.new_cents, run.paid_cents, run.closing_cents) == (
        2,
        0,
        9950,
        9950,
        0,
    )
    line = DueLine.objects.get(professional__rpps=PHARMACIST)
    assert (line.amount_cents, line.price_cents, line.price, line.kind) == (49_50, 49_50, None, "initial")
    assert line.beneficiary.company.code == "SEL-1"
    payment = Allocation.objects.get(line=line).payment
    assert (payment.state, payment.amount_cents, payment.paid_on, payment.label, payment.account) == (
        "paid",
        49_50,
        date(2026, 3, 15),
        "VIR-03",
        None,
    )
    assert payment.reference.startswith(f"REPRISE-{run.pk}-")
    assert Payment.objects.count() == 2


def test_same_workbook_again_changes_nothing_and_says_so(load: Load, path: Path, everything: Count) -> None:
    load(path)
    before = everything()

    outcome = load(path)

    assert outcome.code == 0, outcome.text
    assert "Ce classeur est déjà chargé : rien n'a changé." in outcome.text
    assert everything() == before


def test_same_workbook_after_work_on_screen_changes_nothing(load: Load, path: Path, admin: User) -> None:
    """What moved on since the loading is no contradiction of what the workbook said then."""
    load(path)
    Action.objects.filter(reference="A-2").update(state="validated")
    Account.objects.filter(state="proposed").update(state="verified")

    report = check_workbook(path)

    assert report.is_sound, report.fault_lines()
    assert report.changes_nothing


def test_dry_run_writes_nothing(load: Load, path: Path, everything: Count) -> None:
    before = everything()

    outcome = load(path, "--dry-run")

    assert outcome.code == 0
    assert "essai : rien n'a été chargé" in outcome.text
    assert everything() == before


def test_json_is_one_object(load: Load, path: Path) -> None:
    first, again = json.loads(load(path, "--json").out), json.loads(load(path, "--json").out)

    assert first["loaded"]["Participations"] == 4
    assert (first["faults"], first["warnings_count"], first["dry_run"], first["changed"]) == ([], 1, False, True)
    assert (again["loaded"]["Participations"], again["unchanged"]["Participations"]) == (0, 4)
    assert again["changed"] is False


def test_sheets_one_after_the_other_refer_to_what_is_stored(load: Load, tmp_path: Path, path: Path) -> None:
    whole = sound_sheets()
    groups = [
        ["Barème", "Équipes", "Bénéficiaires", "Professionnels"],
        ["Conventions"],
        ["Membres"],
        ["Actions"],
        ["Participations"],
    ]

    for number, names in enumerate(groups):
        outcome = load(write(tmp_path / f"{number}.xlsx", {name: whole[name] for name in names}))
        assert outcome.code == 0, outcome.text

        if names == ["Conventions"]:
            assert "Cette équipe déjà enregistrée reste « Reconnue » : passez-la sous convention." in outcome.text

    assert Adhesion.objects.count() == 3
    assert DueLine.objects.count() == 2
    assert Participation.objects.count() == 4
    assert load(path).text.count("rien n'a changé") == 1


def test_second_opening_of_the_month_takes_the_next_number(load: Load, tmp_path: Path) -> None:
    whole = sound_sheets()
    first, second = dict(whole), {"Participations": whole["Participations"][1:]}
    first["Participations"] = whole["Participations"][:1]

    load(write(tmp_path / "1.xlsx", first))
    load(write(tmp_path / "2.xlsx", second))

    assert list(Run.objects.order_by("sequence").values_list("sequence", "paid_cents")) == [(1, 5000), (2, 4950)]


def test_unsigned_convention_is_issued_and_team_stays_recognised(load: Load, tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Conventions"][0]["Signée le"] = None

    assert load(write(tmp_path / "b.xlsx", sheets)).code == 0

    assert Convention.objects.get().state == "issued"
    assert Team.objects.get(code="44-01").state == "recognised"


def test_convention_past_its_end_enters_ended(load: Load, tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Conventions"][0]["Fin"] = date(2026, 3, 31)

    assert load(write(tmp_path / "b.xlsx", sheets)).code == 0

    assert Convention.objects.get().state == "ended"
    assert Team.objects.get(code="44-01").state == "recognised"


def test_early_effect_within_the_setting_keeps_its_reason(load: Load, tmp_path: Path, settings: object) -> None:
    settings.CONVENTION_EARLY_EFFECT_DAYS = 30  # type: ignore[attr-defined]
    sheets = sound_sheets()
    sheets["Conventions"][0]["Effet le"] = date(2025, 12, 10)

    assert load(write(tmp_path / "b.xlsx", sheets)).code == 0

    convention = Convention.objects.get()
    assert (convention.effective_on, convention.early_effect_reason) == (
        date(2025, 12, 10),
        "Effet repris du classeur",
    )


def test_report_travels_through_json(admin: User, path: Path) -> None:
    from association.workbook import Report

    report = load_workbook_file(path, admin)

    assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report


@pytest.mark.parametrize("role", ["staff", "treasurer", "ars", "referent"])
def test_only_an_administrator_imports(load: Load, path: Path, role: str, everything: Count) -> None:
    User.objects.create_user("autre@exemple.fr", "x", full_name="Autre", role=role)
    before = everything()

    outcome = load(path, email="autre@exemple.fr")

    assert outcome.code == 1
    assert len(outcome.err.strip().splitlines()) == 1
    assert "Seul un administrateur" in outcome.text
    assert everything() == before


def test_unknown_account_is_one_line(load: Load, path: Path) -> None:
    outcome = load(path, email="personne@exemple.fr")

    assert outcome.code == 1
    assert "aucun compte ne porte l'adresse personne@exemple.fr" in outcome.text.lower()
