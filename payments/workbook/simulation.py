"""The result of a simulation as a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from django.utils import timezone

from association.documents import draft_folder
from association.typed_sheets import COUNT, EUROS, PROSE, Column, ListSheet, workbook_at
from payments.models import PriceScenario
from payments.selectors.simulation import ComparedRow, Comparison, changed_labels

ABOUT = (Column("Quoi", 40), Column("Valeur", 60, PROSE))
COMPARED = (
    Column("Nom", 40),
    Column("Code", 12),
    Column("Indemnités aujourd'hui", 13, COUNT),
    Column("Montant aujourd'hui", 16, EUROS),
    Column("Indemnités simulées", 13, COUNT),
    Column("Montant simulé", 16, EUROS),
    Column("Écart", 16, EUROS),
)


def simulation_workbook(scenario: PriceScenario, comparison: Comparison) -> BytesIO:
    """Return the workbook: what was simulated, then the comparison by team, profession and reason."""
    made_at = scenario.computed_at or timezone.now()
    heading = f"Simulation {scenario.name}"
    with draft_folder("simulation") as folder:
        path = folder / "simulation.xlsx"
        with workbook_at(path, title=heading, made_at=made_at) as workbook:
            about = ListSheet(workbook, "Simulation", ABOUT, heading=heading)
            for row in _about(scenario):
                about.row(*row)
            about.close()
            for name, rows in (
                ("Total", [comparison.total]),
                ("Équipes", comparison.teams),
                ("Professions", comparison.professions),
            ):
                sheet = ListSheet(workbook, name, COMPARED, heading=heading)
                _write(sheet, rows)
                sheet.close()
            columns = (Column("Non indemnisé", 50), Column("Aujourd'hui", 13, COUNT), Column("Simulé", 13, COUNT))
            sheet = ListSheet(workbook, "Motifs", columns, heading=heading)
            for reason in comparison.reasons:
                sheet.row(*reason)
            sheet.close()
        return BytesIO(path.read_bytes())


def _write(sheet: ListSheet, rows: Iterable[ComparedRow]) -> None:
    for row in rows:
        sheet.row(row.label, row.note, row.lines, row.cents, row.other_lines, row.other_cents, row.difference)


def _about(scenario: PriceScenario) -> list[tuple[str, str]]:
    found = [
        ("Nom", scenario.name),
        ("Période", f"{scenario.first_month:%m/%Y} à {scenario.last_month:%m/%Y}"),
        ("Plafond par équipe", _euros(scenario.ceiling_cents) or "celui de chaque convention"),
        ("Plafond par personne", _euros(scenario.personal_ceiling_cents) or scenario.get_personal_rule_display()),
    ]
    for kind, label, cents, cap in changed_labels(scenario):
        found.append((f"Tarif {kind}", f"{label} : {_euros(cents)}" + (f", {cap} par an au plus" if cap else "")))
    return found


def _euros(cents: int | None) -> str:
    return "" if cents is None else f"{cents // 100},{cents % 100:02d} €"
