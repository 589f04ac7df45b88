"""A small random region with everything that the indicators read; the same seed gives the same region."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from actions.models import Action, Participation
from association.models import Commune, Epci, Membership, MembershipPeriod, Professional, Team, TransitionLog
from association.nomenclature import ActionType, Profession, TeamKind
from conventions.models import ConventionTerms
from payments.models import Account, Allocation, DueLine, Payment
from tests.factories import (
    AccountFactory,
    ActionFactory,
    AmendmentFactory,
    CommuneFactory,
    ConventionFactory,
    DepartmentFactory,
    DueLineFactory,
    ExclusionFactory,
    MembershipFactory,
    ParticipationFactory,
    PaymentFactory,
    PriceFactory,
    ProfessionalFactory,
    RecognitionRequestFactory,
    RunFactory,
    TeamFactory,
    TeamReviewFactory,
    UserFactory,
)
from tests.factories.reviews import ReviewObjectiveFactory

FIRST, LAST = date(2025, 1, 1), date(2026, 9, 30)
THEMES = ("", "Diabète", "Plaies et cicatrisation", "Santé de l'enfant")


class RandomRegion:
    """Builds two departments of teams, their people, conventions, actions and money."""

    def __init__(self, seed: int, *, teams: int = 7) -> None:
        self.rng = random.Random(seed)
        self.staff = UserFactory(staff=True)
        self.accounts: dict[int, Account] = {}
        self.departments = [
            DepartmentFactory(code="44", name="Loire-Atlantique"),
            DepartmentFactory(code="49", name="Maine-et-Loire"),
        ]
        self.communes = self._communes()
        self.people = self._people()
        self.runs = [
            RunFactory(settled=True, kind="opening", month=month) for month in (date(2025, 6, 1), date(2026, 6, 1))
        ]
        self.teams = [self._team(number) for number in range(teams)]
        for team in self.teams:
            for _ in range(self.rng.randrange(9)):
                self._action(team)
        self._prices()
        self._money()
        self._reviews()

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def day(self, first: date = FIRST, last: date = LAST) -> date:
        return first + timedelta(days=self.rng.randrange((last - first).days + 1))

    def _communes(self) -> list[Commune]:
        epcis = [Epci.objects.create(siren=f"24440{n:04d}", name=f"CC {n}", kind="CC") for n in range(3)]
        found = [
            CommuneFactory(
                code=f"{department.code}{n:03d}",
                department=department,
                population=self.rng.randrange(200, 9_000),
                epci=self.rng.choice([None, *epcis]),
            )
            for department in self.departments
            for n in range(1, 7)
        ]
        former = CommuneFactory(code="44900", is_current=False, merged_into=found[0], kind="delegated", population=None)
        return [*found, former]

    def _people(self) -> list[Professional]:
        codes = [Profession.INFIRMIER, Profession.INFIRMIER, Profession.MEDECIN, Profession.PHARMACIEN, "70"]
        people = [ProfessionalFactory(profession=self.rng.choice(codes)) for _ in range(26)]
        for kept, double in ((people[0], people[1]), (people[2], people[3])):
            double.merged_into, double.merged_at = kept, timezone.now()
            double.save()
        return people

    def _team(self, number: int) -> Team:
        rng = self.rng
        recognised = self.day(FIRST, date(2026, 6, 30)) if self.chance(0.75) else None
        begun = self.day(FIRST, recognised or LAST)
        closed = self.day(recognised or begun, LAST) if self.chance(0.15) else None
        withdrawn = self.day(recognised, LAST) if recognised and self.chance(0.1) else None
        team = TeamFactory(
            code=f"EQ-{number:02d}",
            name=f"Équipe n° {number}",
            kind=rng.choice(TeamKind.values),
            department=rng.choice(self.departments),
            recognised_on=recognised,
            recognition_withdrawn_on=withdrawn,
            closed_on=closed,
            outcome=rng.choice(["msp", "cds", "dissoute"]) if closed else "",
            created_at=timezone.make_aware(datetime.combine(begun, time(23, 30))),
        )
        team.communes.set(rng.sample(self.communes, rng.randrange(4)))
        self._requests(team, recognised)
        self._steps(team, begun)
        for person in rng.sample(self.people, rng.randrange(9)):
            self._stay(team, person)
        if recognised and self.chance(0.85):
            self._convention(team, recognised)
        return team

    def _requests(self, team: Team, recognised: date | None) -> None:
        for is_last in self.rng.choice([(), (), (True,), (False, True)]):  # one may be open
            submitted = self.day()
            decided = submitted + timedelta(days=self.rng.randrange(90)) if self.chance(0.4) else None
            closed = submitted + timedelta(days=20) if not decided and (not is_last or self.chance(0.4)) else None
            RecognitionRequestFactory(
                team=team,
                of_paper=True,
                submitted_on=submitted,
                submitted_by=self.staff,
                opinion_due_on=submitted + timedelta(days=45),
                decided_on=decided,
                decision=self.rng.choice(["reconnue", "refusee"]) if decided else "",
                letter_reference="ARS-1" if decided else "",
                reason="Hors champ." if decided else "",
                decided_by=self.staff if decided else None,
                closed_at=timezone.make_aware(datetime.combine(closed, time(0, 30))) if closed else None,
            )

    def _steps(self, team: Team, begun: date) -> None:
        """What somebody noted of its way, of some teams; the last may be a project taken up again after a refusal."""
        day = begun
        for state in ("registered", "accompanied", "drafting", "drafting")[: self.rng.randrange(5)]:
            day += timedelta(days=self.rng.randrange(1, 120))
            with patch.object(timezone, "now", return_value=timezone.make_aware(datetime.combine(day, time(23, 40)))):
                TransitionLog.objects.create(
                    content_type=ContentType.objects.get_for_model(Team),
                    object_id=team.pk,
                    transition="x",
                    to_state=state,
                    actor=self.staff,
                    origin="" if self.chance(0.9) else "import",
                )

    def _stay(self, team: Team, person: Professional) -> None:
        joined = self.day()
        left = joined + timedelta(days=self.rng.randrange(300)) if self.chance(0.3) else None
        stay = MembershipFactory(team=team, professional=person, joined_on=joined, left_on=left, period=None)
        if self.chance(0.2):
            turn = joined + timedelta(days=60)
            MembershipPeriod.objects.create(membership=stay, status="pressenti", ends_on=turn)
            MembershipPeriod.objects.create(membership=stay, status="confirme", starts_on=turn + timedelta(days=1))
        elif self.chance(0.9):
            MembershipPeriod.objects.create(membership=stay, status="confirme")

    def _convention(self, team: Team, recognised: date) -> None:
        begins = recognised + timedelta(days=self.rng.randrange(60))
        state = self.rng.choice(["signed", "signed", "signed", "ended", "terminated", "abandoned"])
        ends = begins + timedelta(days=self.rng.choice([200, 400, 730]))
        convention = ConventionFactory(
            team=team,
            state=state,
            starts_on=begins,
            ends_on=ends,
            signed_on=begins if state != "abandoned" else None,
            effective_on=begins + timedelta(days=3) if state != "abandoned" else None,
            terminated_on=begins + timedelta(days=150) if state == "terminated" else None,
            terms__ceiling_cents=self.rng.randrange(100_00, 2_000_00),
        )
        if state != "abandoned" and self.chance(0.4):
            signed = begins + timedelta(days=self.rng.randrange(10, 120))
            AmendmentFactory(
                signed=True, convention=convention, issued_on=begins, signed_on=signed, effective_on=signed
            )
            ConventionTerms.objects.create(
                convention=convention, effective_on=signed, ceiling_cents=900_00, action_types=["RCP"]
            )

    def _action(self, team: Team) -> Action:
        state = self.rng.choice(["validated"] * 6 + ["declared", "to_complete", "draft", "cancelled", "not_retained"])
        day = self.day()
        action = ActionFactory(
            team=team,
            state=state,
            type=self.rng.choice([*ActionType.values, "RCP", "RCP", "RCPP"]),
            held_on=day,
            declared_on=None if state == "draft" else day,
            theme=self.rng.choice(THEMES),
            patients_count=self.rng.choice([None, 1, 4, 12]),
        )
        for person in self.rng.sample(self.people, self.rng.randrange(1, 8)):
            refused = self.chance(0.1)
            ParticipationFactory(
                action=action,
                professional=person,
                role=self.rng.choice(["participant", "redacteur"]),
                **({"refused": True, "refused_by": self.staff} if refused else {}),
            )
        return action

    def _prices(self) -> None:
        """Of some kinds, types and roles; some of one profession, some that change."""
        for kind in TeamKind.values:
            for type_ in ("RCP", "RCPP", "PPS"):
                for starts_on in (date(2025, 1, 1), date(2026, 2, 1))[: self.rng.randrange(3)]:
                    PriceFactory(
                        kind=kind,
                        action_type=type_,
                        role=self.rng.choice(["participant", "redacteur"]),
                        profession=self.rng.choice(["", "", Profession.MEDECIN]),
                        amount_cents=self.rng.randrange(1, 90_00),
                        starts_on=starts_on,
                    )

    def _reviews(self) -> None:
        """Of two years, in every state, with objectives answered in every way."""
        for team in self.teams:
            for year in (2024, 2025, 2026):
                state = self.rng.choice(["to_fill", "submitted", "returned", "validated", "validated", "waived", ""])
                if not state:
                    continue
                review = TeamReviewFactory(team=team, year=year, **{state: True})
                for _ in range(self.rng.randrange(5)):
                    ReviewObjectiveFactory(
                        review=review,
                        audience=self.rng.choice(["patients", "professionnels"]),
                        value=self.rng.choice(["", "42 sur 60"]),
                        result=self.rng.choice(["", "atteint", "partiel", "non_atteint", "non_suivi"]),
                        frozen=True,
                    )

    def _money(self) -> None:
        """Lines, some cut, some reversed, some corrected; payments in every state; exclusions."""
        lines = []
        for participation in Participation.objects.filter(action__state__in=["validated", "cancelled"]).order_by("pk"):
            run = self.rng.choice(self.runs)
            if self.chance(0.2):
                ExclusionFactory(
                    run=self.runs[0], participation=participation, reason=self.rng.choice(["PLURI", "TYPE"])
                )
                if self.chance(0.3):
                    ExclusionFactory(run=self.runs[1], participation=participation, reason="CAP_TEAM")
                if self.chance(0.6):
                    continue
            if self.chance(0.2):
                continue
            cut = self.chance(0.2)
            line = DueLineFactory(
                run=run,
                participation=participation,
                price_cents=50_00,
                amount_cents=self.rng.randrange(1, 50_00) if cut else 50_00,
                cut_by=self.rng.choice(["CAP_TEAM", "CAP_PERSON", "CAP_TEAM+CAP_PERSON"]) if cut else "",
            )
            lines.append(line)
            if self.chance(0.15):
                lines += self._reversed(line)
        for line in lines:
            self._settle(line)

    def _reversed(self, line: DueLine) -> list[DueLine]:
        same = {
            "participation": line.participation,
            "beneficiary": line.beneficiary,
            "run": self.runs[1],
            "price_cents": line.price_cents,
        }
        back = DueLineFactory(kind="reversal", reverses=line, amount_cents=-line.amount_cents, **same)
        if self.chance(0.5):
            return [back]
        return [
            back,
            DueLineFactory(kind="correction", corrects=back, amount_cents=33_33, **{**same, "price_cents": 60_00}),
        ]

    def _settle(self, line: DueLine) -> None:
        how = self.rng.choice(["paid", "paid", "paid", "sent", "cleared", "returned", "rejected", "none"])
        if how == "none":
            return
        amount = 0 if how == "cleared" or line.amount_cents < 0 else line.amount_cents
        how = how if amount else "cleared"
        paid_on = max(self.day(), line.held_on) if how in ("paid", "returned") else None
        owner = line.beneficiary
        if owner.pk not in self.accounts:
            self.accounts[owner.pk] = AccountFactory(verified=True, beneficiary=owner)
        payment = PaymentFactory(
            **{how: True}, run=line.run, beneficiary=owner, amount_cents=amount,
            **({"paid_on": paid_on} if paid_on else {}),
            **({} if how == "cleared" else {"account": self.accounts[owner.pk]}),
        )  # fmt: skip
        gone = how in Payment.GONE
        Allocation.objects.create(
            line=line,
            payment=payment,
            released_at=timezone.now() if gone else None,
            released_reason="AC04" if gone else "",
        )


def current(stay: Membership, day: date) -> bool:
    """Whether a stay covers a day."""
    return stay.joined_on <= day and (stay.left_on is None or stay.left_on >= day)
