"""Random regions: small, valid as import workbooks, and as nasty for docs/payment-rules.md as can be.

A region is eight sheets (lists of rows keyed by the headers of the import workbook) and the events that
happen between the monthly runs. The same seed gives the same region.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from schwifty import IBAN

Row = dict[str, Any]

MONTHS = [f"2026-{number:02d}" for number in range(1, 11)]

TYPES = ["RCP", "RCPP", "PPS", "PROTOCOLE", "PREVENTION", "ETP", "PROJET"]
ROLES = ["participant", "rédacteur"]
ROLE_CODES = {"participant": "participant", "rédacteur": "redacteur"}

COMMUNES = {
    "44": ["44109", "44184", "44143", "44162", "44114", "44190", "44026", "44215", "44036", "44055", "44131"],
    "49": ["49007", "49099", "49328", "49353", "49015", "49023", "49244"],
    "53": ["53130", "53147", "53062"],
    "72": ["72181", "72154", "72264", "72003"],
    "85": ["85191", "85092", "85109", "85194", "85047", "85146"],
}
BANKS = ["30002", "30003", "30004", "10278", "14445", "17906", "14706", "20041", "15519", "17807", "13807"]
SURNAMES = [
    "Guérin", "Le Goff", "Bénéteau", "Gâtineau", "L'Hôpital", "Çelik", "Müller", "d'Arcy", "Pôtel", "Hervé",
    "Nuñez", "Œuvrard", "Brossard-Maître", "Chéné", "Lefèvre", "Raïssi", "Bodin", "Pineau", "Ågren", "Thély",
]  # fmt: skip
FIRST_NAMES = [
    "Élise", "Zoé", "François", "Noël", "Hélène", "Loïc", "Maëlle", "Anaïs", "Jérôme", "Gaël", "Inès", "Rémi",
    "Marie-Thérèse", "Paul", "Océane", "Yann",
]  # fmt: skip
OTHER_PROFESSIONS = [
    "60",
    "60",
    "60",
    "21",
    "21",
    "70",
    "70",
    "80",
    "91",
    "92",
    "94",
    "95",
    "50",
    "96",
    "40",
    "10",
]


# ------------------------------------------------------------------------------------------------ the events


@dataclass(frozen=True)
class Event:
    """Something that happens between two runs: after the run of `after_month` ("2026-03") is exported and
    before the next one is prepared; None: after the import, before the first run. Applied in list order."""

    after_month: str | None


@dataclass(frozen=True)
class SetPersonalCeiling(Event):
    """The optional setting, per professional and civil year; None: no personal ceiling."""

    ceiling_cents: int | None


@dataclass(frozen=True)
class CancelAction(Event):
    """Staff cancels a validated action (by its reference)."""

    action: str


@dataclass(frozen=True)
class RefuseParticipation(Event):
    """Staff refuses one participation of a validated action."""

    action: str
    rpps: str


@dataclass(frozen=True)
class PublishPrice(Event):
    """A wrong price is mended: a newer version of (kind, type, role, profession) from the same start."""

    kind: str
    action_type: str
    role: str  # participant, redacteur
    profession: str | None
    start: date
    amount_cents: int
    max_per_year: int | None


@dataclass(frozen=True)
class RaiseCeiling(Event):
    """A named decision: amendment of the convention's ceiling from a date; reopens the team's `year`."""

    team: str
    convention: str
    from_date: date
    ceiling_cents: int
    year: int


@dataclass(frozen=True)
class VerifyAccount(Event):
    """The proposed account of a beneficiary (RPPS or company code) is verified."""

    beneficiary: str


@dataclass
class Region:
    """The sheets, by name, and the events in the order in which they happen."""

    seed: int | None
    sheets: dict[str, list[Row]]
    events: list[Event]

    @property
    def personal_ceiling_cents(self) -> int | None:
        """As set before the first run."""
        for event in self.events:
            if isinstance(event, SetPersonalCeiling) and event.after_month is None:
                return event.ceiling_cents
        return None


def random_region(seed: int, *, late_accounts: bool = False) -> Region:
    """A whole region; with `late_accounts`, some proposed accounts are verified between the runs."""
    return _Draw(seed).region(late_accounts=late_accounts)


# ------------------------------------------------------------------------------------------------- the draws


def with_luhn_key(digits: str) -> str:
    """The digits followed by their Luhn check digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def euros(amount_cents: int) -> Decimal:
    return Decimal(amount_cents).scaleb(-2)


def in_cents(amount: Decimal) -> int:
    return int(amount * 100)


def last_day_of(month: str) -> date:
    year, number = (int(part) for part in month.split("-"))
    following = date(year + number // 12, number % 12 + 1, 1)
    return following - timedelta(days=1)


@dataclass
class _Team:
    code: str
    kind: str
    department: str
    members: list[str]
    hot_days: list[date]  # the days on which, or next to which, something changes


class _Draw:
    """One region being drawn. Everything random comes from the one seeded generator, in a fixed order."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(f"region {seed}")
        self.prices: list[Row] = []
        self.teams: list[Row] = []
        self.companies: list[Row] = []
        self.professionals: list[Row] = []
        self.members: list[Row] = []
        self.conventions: list[Row] = []
        self.actions: list[Row] = []
        self.participations: list[Row] = []
        self.people: dict[str, str] = {}  # RPPS -> profession
        self.drawn_teams: list[_Team] = []

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.rng.randrange((last - first).days + 1))

    def region(self, *, late_accounts: bool) -> Region:
        self.draw_prices()
        self.draw_companies()
        self.draw_professionals()
        self.draw_teams()
        for team in self.drawn_teams:
            self.draw_members(team)
        self.draw_actions()
        events = self.draw_events()
        if late_accounts:
            events = sorted([*events, *self.draw_late_accounts()], key=lambda e: e.after_month or "")
        sheets = {
            "Barème": self.prices,
            "Équipes": self.teams,
            "Bénéficiaires": self.companies,
            "Professionnels": self.professionals,
            "Membres": self.members,
            "Conventions": self.conventions,
            "Actions": self.actions,
            "Participations": self.participations,
        }
        return Region(self.seed, sheets, events)

    # ------------------------------------------------------------------------------------------- price list

    def price_row(
        self, action_type: str, role: str, profession: str | None, start: date, cap: int | None = None
    ) -> Row:
        amount = self.rng.randrange(60_00, 120_00) if role == "rédacteur" else self.rng.randrange(17_00, 64_00)
        return {
            "Type d'action": action_type,
            "Rôle": role,
            "Profession": profession,
            "Montant": euros(amount),
            "En vigueur le": start,
            "Nombre maximal par an": cap,
            "Nature": self.rng.choice([None, "ESP CLAP"]),
        }

    def draw_prices(self) -> None:
        """Complete: every type and role has a price for any profession from 2025-01-01."""
        rng = self.rng
        for action_type in TYPES:
            for role in ROLES:
                cap = rng.choice([2, 3, 4, 5]) if self.chance(0.3) else None
                self.prices.append(self.price_row(action_type, role, None, date(2025, 1, 1), cap))
        for action_type in rng.sample(TYPES, 4):
            start = rng.choice([date(2026, 3, 1), date(2026, 5, 15), date(2026, 7, 1), date(2026, 1, 1)])
            cap = rng.choice([3, 6]) if self.chance(0.3) else None
            self.prices.append(self.price_row(action_type, rng.choice(ROLES), None, start, cap))
        keys = [(t, r, p) for t in TYPES for r in ROLES for p in ("10", "21", "60")]
        for action_type, role, profession in rng.sample(keys, 5):
            cap = rng.choice([2, 4]) if self.chance(0.3) else None
            first = rng.choice([date(2025, 1, 1), date(2026, 2, 1), date(2026, 6, 1)])
            self.prices.append(self.price_row(action_type, role, profession, first, cap))
            if self.chance(0.5):
                self.prices.append(self.price_row(action_type, role, profession, date(2026, 7, 1), cap))
        for action_type in ("RCP", "PPS"):  # another kind of team: never the right price here
            decoy = self.price_row(action_type, "participant", None, date(2026, 1, 1))
            self.prices.append({**decoy, "Nature": "ESP"})

    # ------------------------------------------------------------------------------- who can be owed money

    def iban(self) -> str:
        account = "".join(self.rng.choice("0123456789") for _ in range(10)) + self.rng.choice("0123456789AKZ")
        branch = f"{self.rng.randrange(1, 99999):05d}"
        made = IBAN.generate("FR", bank_code=self.rng.choice(BANKS), account_code=account, branch_code=branch)
        made.validate(validate_bban=True)
        return str(made)

    def account(self, holder: str) -> Row:
        fate = self.rng.choices(["verified", "proposed", "missing"], weights=[78, 12, 10])[0]
        if fate == "missing":
            return {"IBAN": None, "Titulaire du compte": None, "Compte vérifié": None}
        verified = "oui" if fate == "verified" else "non"
        return {"IBAN": self.iban(), "Titulaire du compte": holder, "Compte vérifié": verified}

    def siret(self) -> str:
        siren = with_luhn_key(f"{self.rng.randrange(30_000_000, 94_999_999):08d}")
        return with_luhn_key(f"{siren}{self.rng.randrange(1, 99):04d}")

    def draw_companies(self) -> None:
        names = ["SELARL du Clos", "Pharmacie de l'Océan", "Centre de santé Saint-Clément", "SELAS Bio-Loire"]
        for number, name in enumerate(self.rng.sample(names, self.rng.randrange(2, 5)), start=1):
            siret = self.siret() if self.chance(0.7) else None
            self.companies.append(
                {"Code": f"SOC-{number:02d}", "Raison sociale": name, "SIRET": siret, **self.account(name)}
            )

    def draw_professionals(self) -> None:
        rng = self.rng
        for number in range(rng.randrange(15, 41)):
            rpps = with_luhn_key(f"10{rng.randrange(10**8):08d}")
            if rpps in self.people:
                continue
            # The first three make sure that each team can have a GP and another profession.
            profession = {0: "10", 1: "10", 2: "60"}.get(number) or rng.choice(["10", *OTHER_PROFESSIONS])
            self.people[rpps] = profession
            self.professionals.append(self.professional_row(number, rpps, profession))
        with_account = [row for row in self.professionals if row["IBAN"]]
        if self.chance(0.3) and len(with_account) > 1:  # a couple with one account: still two beneficiaries
            one, other = rng.sample(with_account, 2)
            other["IBAN"] = one["IBAN"]

    def professional_row(self, number: int, rpps: str, profession: str) -> Row:
        rng = self.rng
        surname, first_name = rng.choice(SURNAMES), rng.choice(FIRST_NAMES)
        return {
            "RPPS": rpps,
            "Nom": "=Duval" if number == 5 else surname,
            "Prénom": first_name,
            "Profession": profession,
            "Médecin généraliste": self.general_practitioner(number, profession),
            "Spécialité": None,
            "Biologiste": "oui" if profession == "21" and self.chance(0.2) else "non",
            "Courriel": f"pro{number}@exemple.example" if self.chance(0.6) else None,
            "Téléphone": f"02{rng.randrange(10**8):08d}" if self.chance(0.5) else None,
            "MSSanté": None,
            "Commune": rng.choice(COMMUNES[rng.choice(sorted(COMMUNES))]) if self.chance(0.8) else None,
            **self.account(f"{first_name} {surname}"),
        }

    def general_practitioner(self, number: int, profession: str) -> str:
        return "oui" if profession == "10" and (number < 2 or self.chance(0.7)) else "non"

    # ------------------------------------------------------------------------- teams, conventions, members

    def draw_teams(self) -> None:
        rng = self.rng
        kinds = ["ESP CLAP"] * rng.randrange(4, 7)
        kinds += ["ESP"] * self.chance(0.5) + ["informelle"] * self.chance(0.4)
        for number, kind in enumerate(kinds, start=1):
            department = rng.choice(sorted(COMMUNES))
            team = _Team(f"{department}-ESP-{number:02d}", kind, department, [], [])
            self.drawn_teams.append(team)
            self.teams.append(self.team_row(team))
            if kind == "ESP CLAP":
                self.draw_conventions(team)

    def team_row(self, team: _Team) -> Row:
        rng = self.rng
        structure = rng.choices([None, "aucune", "association", "SISA"], weights=[1, 2, 5, 1])[0]
        association = structure == "association" and self.chance(0.8)
        communes = COMMUNES[team.department]
        return {
            "Code équipe": team.code,
            "Nom": f"Équipe {rng.choice(SURNAMES)} n° {team.code}",
            "Nature": team.kind,
            "Communes": ";".join(rng.sample(communes, rng.randrange(1, 4))),
            "Structure juridique": structure,
            "RNA": f"W{team.department}{rng.randrange(10**7):07d}" if association else None,
            "SIRET": self.siret() if structure in ("association", "SISA") and self.chance(0.5) else None,
            "Thématiques": None,
            "Patients communs": rng.randrange(20, 400),
            "Reconnue le": None if team.kind == "informelle" else self.day(date(2024, 9, 1), date(2024, 12, 20)),
            "Chargé de mission": None,
        }

    def draw_conventions(self, team: _Team) -> None:
        """(start, end, signed, effect) of the convention or conventions of a team; never overlapping."""
        late = self.day(date(2026, 2, 20), date(2026, 5, 20))
        effect = self.day(date(2026, 1, 12), date(2026, 3, 20))
        cases: list[list[tuple[date, date, date | None, date | None]]] = [
            [(date(2026, 1, 1), date(2028, 12, 31), date(2025, 12, 15), None)],
            [(date(2026, 1, 10), date(2028, 12, 31), date(2025, 12, 20), None)],
            [(date(2026, 1, 1), date(2027, 12, 31), late, None)],
            [(date(2025, 12, 1), date(2026, 12, 31), date(2025, 11, 25), effect)],
            [(date(2025, 9, 1), self.day(date(2026, 5, 1), date(2026, 9, 15)), date(2025, 9, 10), None)],
            [
                (date(2025, 7, 1), date(2026, 5, 31), date(2025, 6, 20), date(2025, 7, 1)),
                (date(2026, 6, 1), date(2028, 5, 31), self.day(date(2026, 5, 10), date(2026, 7, 5)), None),
            ],
            [(date(2026, 3, 10), date(2029, 3, 9), date(2026, 3, 10), date(2026, 3, 10))],
            [(date(2026, 1, 1), date(2028, 12, 31), None, None)],
        ]
        weights = [7, 4, 2, 2, 3, 4, 2, 1]
        for number, (start, end, signed, effective) in enumerate(self.rng.choices(cases, weights)[0], start=1):
            self.conventions.append(self.convention_row(team, number, start, end, signed, effective))
            begins = effective or max(start, signed or start)
            team.hot_days += [begins - timedelta(days=1), begins, end, end + timedelta(days=1)]

    def convention_row(
        self, team: _Team, number: int, start: date, end: date, signed: date | None, effective: date | None
    ) -> Row:
        missing = self.rng.choices([[], ["ETP"], ["PREVENTION", "PROTOCOLE"], ["PROJET"], ["RCPP"]], [6, 2, 1, 1, 1])
        types = [action_type for action_type in TYPES if action_type not in missing[0]]
        return {
            "Numéro": f"CONV-{team.code}-{number}",
            "Code équipe": team.code,
            "Début": start,
            "Fin": end,
            "Signée le": signed,
            "Effet le": effective,
            "Plafond annuel": None if self.chance(0.15) else euros(self.rng.randrange(250_00, 2800_00)),
            "Types d'action": self.rng.choice([";", "; "]).join(types),
        }

    def signature_days(self, team: _Team) -> list[date]:
        rows = [row for row in self.conventions if row["Code équipe"] == team.code]
        return [row["Signée le"] for row in rows if row["Signée le"]]

    def draw_members(self, team: _Team) -> None:
        rng = self.rng
        everybody = list(self.people)
        founders = [rng.choice(everybody[:2]), everybody[2]]
        others = [rpps for rpps in everybody if rpps not in founders]
        signed = min(self.signature_days(team), default=None)
        for place, rpps in enumerate(founders):
            row = self.member_row(team, rpps, date(2025, 1, 1))
            row.update({"Référent": "oui" if place == 0 else "non", "Signature le": signed})
            self.members.append(row)
        for rpps in rng.sample(others, min(len(others), rng.randrange(3, 8))):
            self.members.append(self.other_member_row(team, rpps, signed))
        team.members = [row["RPPS"] for row in self.members if row["Code équipe"] == team.code]

    def member_row(self, team: _Team, rpps: str, joined: date) -> Row:
        return {
            "Code équipe": team.code,
            "RPPS": rpps,
            "Entrée le": joined,
            "Sortie le": None,
            "Statut": "confirmé",
            "Référent": "non",
            "Mode d'exercice": self.rng.choice([None, "libéral"]),
            "Lieu d'exercice": self.rng.choice([None, *COMMUNES[team.department]]),
            "Bénéficiaire": None,
            "Signature le": None,
        }

    def other_member_row(self, team: _Team, rpps: str, signed: date | None) -> Row:
        joined = date(2025, 1, 1) if self.chance(0.8) else self.day(date(2025, 10, 1), date(2026, 8, 31))
        row = self.member_row(team, rpps, joined)
        mode = self.rng.choices(["libéral", None, "mixte", "salarié"], weights=[10, 5, 2, 3])[0]
        row["Mode d'exercice"] = mode
        if self.chance(0.55 if mode == "salarié" else 0.12):
            row["Bénéficiaire"] = self.rng.choice(self.companies)["Code"]
        if self.chance(0.08):
            row["Statut"] = "pressenti"
            return row
        if signed and self.chance(0.93):
            row["Signature le"] = max(joined, signed)
            if self.chance(0.15):
                row["Signature le"] += timedelta(days=self.rng.randrange(1, 120))
        latest = max(joined, row["Signature le"] or joined)
        if self.chance(0.2):
            row["Sortie le"] = max(latest, self.day(date(2026, 2, 1), date(2026, 9, 30)))
        self.note_hot_days(team, row)
        return row

    def note_hot_days(self, team: _Team, row: Row) -> None:
        for header, before, after in (("Entrée le", 1, 0), ("Sortie le", 0, 1), ("Signature le", 1, 0)):
            if row[header]:
                team.hot_days += [row[header] - timedelta(days=before), row[header] + timedelta(days=after)]

    # ------------------------------------------------------------------------------------------- the actions

    def draw_actions(self) -> None:
        fixed = [date(2026, 1, 1), date(2026, 2, 28), date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2)]
        for team in self.drawn_teams:
            wanted = [*team.hot_days, *fixed, date(2026, 10, 31)]
            team.hot_days = [d for d in wanted if date(2025, 12, 1) <= d <= date(2026, 10, 31)]
        clap = [team for team in self.drawn_teams if team.kind == "ESP CLAP"]
        for number in range(self.rng.randrange(100, 251)):
            team = self.rng.choice(clap if self.chance(0.96) else self.drawn_teams)
            self.draw_action(team, number)
        for team in clap:
            self.draw_project(team)

    def reference(self, number: int) -> str:
        """Not in the order of time, nor the same by code point and by dictionary: A9 after A10, a after Z."""
        return f"{self.rng.choice(['A', 'A', 'A', 'B-', 'a', 'Z', 'É'])}{number}"

    def draw_action(self, team: _Team, number: int) -> None:
        kind = self.rng.choices(TYPES[:-1], weights=[40, 10, 22, 9, 9, 8])[0]
        hot = self.chance(0.28)
        day = self.rng.choice(team.hot_days) if hot else self.day(date(2026, 1, 1), date(2026, 10, 31))
        reference = self.reference(number)
        self.add_action(team, reference, kind, day)
        for place, rpps in enumerate(self.people_of_an_action(team, kind)):
            writer = (kind in ("PPS", "PROTOCOLE") and place == 0) or self.chance(0.06)
            self.add_participation(reference, rpps, "rédacteur" if writer else "participant")
        self.pay_on_paper(reference, day)

    def draw_project(self, team: _Team) -> None:
        """The health project: shortly before, exactly 12 months before, too long before the convention."""
        begins = min(
            (row["Effet le"] or max(row["Début"], row["Signée le"]) for row in self.conventions
             if row["Code équipe"] == team.code and row["Signée le"]),
            default=date(2026, 1, 1),
        )  # fmt: skip
        exactly = begins.replace(year=begins.year - 1)
        days = [self.day(date(2025, 2, 1), date(2025, 12, 31)), exactly, exactly - timedelta(days=1)]
        days.append(begins - timedelta(days=self.rng.randrange(1, 100)))
        for place, drawn in enumerate(self.rng.sample(days, self.rng.randrange(1, 4))):
            day = max(drawn, date(2025, 1, 1))
            reference = f"PS{place}-{team.code}"
            self.add_action(team, reference, "PROJET", day)
            writers = self.rng.sample(team.members, min(len(team.members), self.rng.randrange(1, 4)))
            for rank, rpps in enumerate(writers):
                self.add_participation(reference, rpps, "participant" if rank == 2 else "rédacteur")
            self.pay_on_paper(reference, day)

    def add_action(self, team: _Team, reference: str, kind: str, day: date) -> None:
        rng = self.rng
        self.actions.append(
            {
                "Référence": reference,
                "Code équipe": team.code,
                "Type": kind,
                "Date": day,
                "Durée (min)": rng.choice([None, 30, 45, 60, 90]),
                "Modalité": rng.choice([None, "présentiel", "visio", "domicile"]),
                "Thématique": None,
                "Patients concernés": rng.choice([None, rng.randrange(1, 25)]),
                "Validée": "oui" if self.chance(0.97) else "non",
            }
        )

    def add_participation(self, reference: str, rpps: str, role: str) -> None:
        self.participations.append(
            {
                "Référence action": reference,
                "RPPS": rpps,
                "Rôle": role,
                "Déjà payé": None,
                "Payé le": None,
                "Référence virement": None,
            }
        )

    def people_of_an_action(self, team: _Team, kind: str) -> list[str]:
        rng = self.rng
        size = rng.choices([1, 2, 3, 4, 5], weights=[1, 8, 10, 5, 2])[0]
        if kind in ("RCP", "RCPP") and self.chance(0.05):
            profession = self.people[rng.choice(team.members)]
            alike = [rpps for rpps in self.people if self.people[rpps] == profession]
            return rng.sample(alike, min(len(alike), size))
        chosen = rng.sample(team.members, min(len(team.members), size))
        outsiders = [rpps for rpps in self.people if rpps not in team.members]
        if self.chance(0.06) and outsiders:
            chosen.append(rng.choice(outsiders))
        return chosen

    def pay_on_paper(self, reference: str, day: date) -> None:
        """Some of what happened before March 2026 was already paid, whole actions or only in part."""
        validated = self.actions[-1]["Validée"] == "oui"
        if not validated or day > date(2026, 2, 28) or not self.chance(0.2):
            return
        for row in self.participations:
            if row["Référence action"] == reference and self.chance(0.7):
                big = self.chance(0.05)
                row["Déjà payé"] = euros(self.rng.randrange(*((300_00, 900_00) if big else (20_00, 90_00))))
                row["Payé le"] = day + timedelta(days=self.rng.randrange(5, 35))
                row["Référence virement"] = f"VIR {reference}" if self.chance(0.7) else None

    # -------------------------------------------------------------------------------------------- the events

    def draw_events(self) -> list[Event]:
        ceiling = self.rng.randrange(110_00, 420_00) if self.chance(0.55) else None
        events: list[Event] = [
            *self.draw_cancellations(),
            *self.draw_new_prices(),
            *self.draw_ceilings(),
        ]
        events.sort(key=lambda event: event.after_month or "")
        return [SetPersonalCeiling(None, ceiling), *events]

    def month_for(self, day: date) -> str:
        """A month after whose run something of that day is likely to be paid."""
        later = [month for month in MONTHS[:-1] if last_day_of(month) >= day] or MONTHS[-2:-1]
        return self.rng.choice(later[:4])

    def draw_cancellations(self) -> list[Event]:
        validated = [row for row in self.actions if row["Validée"] == "oui"]
        chosen = self.rng.sample(validated, 14)
        events: list[Event] = [CancelAction(None, chosen[0]["Référence"])] if self.chance(0.5) else []
        for row in chosen[1:7]:
            events.append(CancelAction(self.month_for(row["Date"]), row["Référence"]))  # noqa: PERF401
        for row in chosen[7:]:
            there = [p for p in self.participations if p["Référence action"] == row["Référence"]]
            refused = self.rng.choice(there)["RPPS"]
            after = self.month_for(row["Date"]) if self.chance(0.9) else None
            events.append(RefuseParticipation(after, row["Référence"], refused))
        return events

    def draw_new_prices(self) -> list[Event]:
        events: list[Event] = []
        concerned = [row for row in self.prices if row["Nature"] != "ESP"]
        for row in self.rng.sample(concerned, 3):
            for after in sorted(self.rng.sample(MONTHS[1:-1], self.rng.choice([1, 1, 2]))):
                move = self.rng.choice([-7_13, -3_01, 2_57, 5_99, 9_10]) + int(after[-1])
                events.append(self.new_price(after, row, in_cents(row["Montant"]) + move))
        return events

    def new_price(self, after: str, row: Row, amount_cents: int) -> PublishPrice:
        return PublishPrice(
            after,
            kind="ESP CLAP",
            action_type=row["Type d'action"],
            role=ROLE_CODES[row["Rôle"]],
            profession=row["Profession"],
            start=row["En vigueur le"],
            amount_cents=amount_cents,
            max_per_year=row["Nombre maximal par an"],
        )

    def draw_ceilings(self) -> list[Event]:
        """Raises of low ceilings; they start after the prise d'effet, often well before the decision."""
        signed = [row for row in self.conventions if row["Signée le"] and row["Plafond annuel"]]
        events: list[Event] = []
        for row in self.rng.sample(signed, min(len(signed), self.rng.choice([1, 2, 2, 3]))):
            begins = row["Effet le"] or max(row["Début"], row["Signée le"])
            months = [m for m in MONTHS[3:-1] if begins < last_day_of(m) <= row["Fin"]]
            if not months:
                continue
            after = self.rng.choice(months)
            first = max(begins + timedelta(days=1), date(2026, 1, 1))
            last = max(first, min(last_day_of(after), row["Fin"]))
            start = first if self.chance(0.6) else self.day(first, last)
            raised = in_cents(row["Plafond annuel"]) + self.rng.randrange(60_00, 700_00)
            events.append(RaiseCeiling(after, row["Code équipe"], row["Numéro"], start, raised, 2026))
        return events

    def draw_late_accounts(self) -> list[Event]:
        proposed = [row["Code"] for row in self.companies if row["Compte vérifié"] == "non"]
        proposed += [row["RPPS"] for row in self.professionals if row["Compte vérifié"] == "non"]
        return [VerifyAccount(self.rng.choice(MONTHS[:-1]), who) for who in proposed if self.chance(0.7)]
