"""The headings of the "compte rendu financier de subvention" (Cerfa 15059), in the order of the form.

Charges go by the accounts 60 to 69, products by 70 to 79; voluntary contributions stand below both (86, 87). The codes
of the charges are those of `payments.models.CostHeading`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """The four blocks of the form."""

    CHARGES = "charges"
    PRODUCTS = "produits"
    GIVEN = "emplois"
    RECEIVED = "contributions"

    @property
    def label(self) -> str:
        """What the block is called."""
        return {
            "charges": "Charges",
            "produits": "Produits",
            "emplois": "Emplois des contributions volontaires en nature",
            "contributions": "Contributions volontaires en nature",
        }[self.value]


@dataclass(frozen=True)
class Heading:
    """One line of the form: a stable code, its block, the account that it belongs to, its words."""

    code: str
    side: Side
    account: str
    label: str


ACCOUNTS = {
    "60": "60 – Achats",
    "61": "61 – Services extérieurs",
    "62": "62 – Autres services extérieurs",
    "63": "63 – Impôts et taxes",
    "64": "64 – Charges de personnel",
    "65": "65 – Autres charges de gestion courante",
    "66": "66 – Charges financières",
    "67": "67 – Charges exceptionnelles",
    "68": "68 – Dotations aux amortissements, provisions et engagements à réaliser",
    "69": "69 – Impôt sur les bénéfices, participation des salariés",
    "indirectes": "Charges indirectes affectées à l’action",
    "70": "70 – Ventes de produits finis, de marchandises, prestations de services",
    "73": "73 – Concours publics",
    "74": "74 – Subventions d’exploitation",
    "75": "75 – Autres produits de gestion courante",
    "76": "76 – Produits financiers",
    "77": "77 – Produits exceptionnels",
    "78": "78 – Reprises sur amortissements et provisions, report de ressources non utilisées",
    "79": "79 – Transferts de charges",
    "86": "86 – Emplois des contributions volontaires en nature",
    "87": "87 – Contributions volontaires en nature",
}
_TABLE = (
    (Side.CHARGES, "60", (("60p", "Prestations de services"), ("60", "Achats de matières et fournitures"),
                          ("60a", "Autres fournitures"))),
    (Side.CHARGES, "61", (("613", "Locations"), ("615", "Entretien et réparation"), ("616", "Assurance"),
                          ("618", "Documentation"))),
    (Side.CHARGES, "62", (("622", "Rémunérations d’intermédiaires et honoraires"), ("623", "Publicité, publications"),
                          ("625", "Déplacements, missions"), ("627", "Services bancaires, autres"))),
    (Side.CHARGES, "63", (("631", "Impôts et taxes sur rémunération"), ("635", "Autres impôts et taxes"))),
    (Side.CHARGES, "64", (("641", "Rémunération des personnels"), ("645", "Charges sociales"),
                          ("648", "Autres charges de personnel"))),
    (Side.CHARGES, "65", (("65", "Autres charges de gestion courante"),)),
    (Side.CHARGES, "66", (("66", "Charges financières"),)),
    (Side.CHARGES, "67", (("67", "Charges exceptionnelles"),)),
    (Side.CHARGES, "68", (("68", "Dotations et engagements à réaliser"),)),
    (Side.CHARGES, "69", (("69", "Impôt sur les bénéfices, participation des salariés"),)),
    (Side.CHARGES, "indirectes", (("fixes", "Charges fixes de fonctionnement"), ("frais", "Frais financiers"),
                                  ("autres", "Autres"))),
    (Side.PRODUCTS, "70", (("70", "Ventes et prestations de services"),)),
    (Side.PRODUCTS, "73", (("73", "Dotations et produits de tarification"),)),
    (Side.PRODUCTS, "74", (("74etat", "État"), ("74ars", "Agence régionale de santé (cette dotation)"),
                           ("74reg", "Conseil régional"), ("74dep", "Conseil départemental"),
                           ("74com", "Communes, communautés de communes ou d’agglomération"),
                           ("74soc", "Organismes sociaux"), ("74ue", "Fonds européens"),
                           ("74asp", "Agence de services et de paiement (emplois aidés)"),
                           ("74pub", "Autres établissements publics"), ("74priv", "Aides privées (fondations)"))),
    (Side.PRODUCTS, "75", (("756", "Cotisations"), ("758", "Dons manuels, mécénat"), ("75", "Autres"))),
    (Side.PRODUCTS, "76", (("76", "Produits financiers"),)),
    (Side.PRODUCTS, "77", (("77", "Produits exceptionnels"),)),
    (Side.PRODUCTS, "78", (("78", "Reprises, report de ressources non utilisées"),)),
    (Side.PRODUCTS, "79", (("79", "Transferts de charges"),)),
    (Side.GIVEN, "86", (("860", "Secours en nature"), ("861", "Mise à disposition gratuite de biens et services"),
                        ("862", "Prestations"), ("864", "Personnel bénévole"))),
    (Side.RECEIVED, "87", (("870", "Bénévolat"), ("871", "Prestations en nature"), ("875", "Dons en nature"))),
)  # fmt: skip
HEADINGS: tuple[Heading, ...] = tuple(
    Heading(code, side, account, label) for side, account, lines in _TABLE for code, label in lines
)
BY_CODE = {heading.code: heading for heading in HEADINGS}
FUNDER, CARRIED_IN, CARRIED_OUT = "74ars", "78", "68"
# Where the indemnities of the teams may stand; the association and its accountant choose.
OF_TEAMS = ("622", "60p", "65")
