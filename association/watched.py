"""The findings of eligibility that the staff is told of (association.selectors.findings).

What the health project lacks is left out: until the submission it is work in hand, afterwards the ARS has judged it.
"""

from __future__ import annotations

from association.eligibility import Code
from association.registries import WatchedFinding, watched_findings

WATCHED: dict[Code, WatchedFinding] = {
    Code.NO_GP: WatchedFinding("Équipes sans médecin généraliste"),
    Code.TOO_FEW_MEMBERS: WatchedFinding("Équipes de moins de deux membres confirmés"),
    Code.TOO_FEW_SPECIALISTS: WatchedFinding("ESS de moins de deux médecins spécialistes"),
    Code.GP_IN_ESS: WatchedFinding("ESS avec un médecin généraliste"),
    Code.PROFESSION_NOT_LISTED: WatchedFinding("Membres d’une profession hors de la liste ESP CLAP"),
    Code.PARAMEDICAL: WatchedFinding("Équipes sans auxiliaire médical"),
    Code.MSSANTE: WatchedFinding("Membres sans adresse MSSanté"),
    Code.SALARIED_WITHOUT_COMPANY: WatchedFinding("Salariés sans employeur bénéficiaire"),
    Code.NO_STRUCTURE: WatchedFinding("ESS sans structure porteuse"),
    Code.ASSOCIATION_NEEDED: WatchedFinding("Prévention ou ETP sans association loi 1901"),
    Code.STRUCTURE_ENDS: WatchedFinding("Structures porteuses qui prennent fin", always=True),
    Code.ETP_PROGRAMME: WatchedFinding("ETP prévue sans programme déclaré"),
    Code.CONVENTION_ENDS: WatchedFinding("Conventions qui prennent fin dans les 90 jours", always=True),
    Code.RECOGNITION: WatchedFinding("Conventions en cours sans reconnaissance", always=True),
    Code.EXPECTED_TOO_LONG: WatchedFinding("Membres pressentis depuis plus de six mois", always=True),
}


def register() -> None:
    for code, finding in WATCHED.items():
        watched_findings.add(code.value, finding)
