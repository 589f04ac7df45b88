"""The files that are published."""

from __future__ import annotations

from association.nomenclature import ActionType, TeamKind
from reports.open_data.tables import WHOLE, Dataset, Field

TEAMS = Dataset(
    name="equipes",
    title="Équipes coordonnées de soins primaires suivies",
    description="Équipes suivies par l’association et leurs professionnels, au dernier jour de chaque trimestre, par "
    "département, EPCI et type d’équipe. Les petits groupes sont masqués.",
    kind=Field(
        "type_equipe",
        "string",
        "Type d’équipe",
        "Vide au-dessus du niveau « type ».",
        {"enum": ["", *(str(kind) for kind in TeamKind)]},
    ),
    kinds={str(code): str(label) for code, label in TeamKind.choices},
    counts=(Field("equipes", "integer", "Équipes", "Nombre d’équipes suivies.", WHOLE),),
    people=Field(
        "professionnels",
        "integer",
        "Professionnels",
        "Personnes différentes, membres confirmés ; qui est de deux équipes compte une fois par ligne.",
        WHOLE,
    ),
)
ACTIONS = Dataset(
    name="actions",
    title="Actions validées des équipes",
    description="Actions validées et participations, par trimestre, département, EPCI et type d’action. Les petits "
    "groupes sont masqués.",
    kind=Field(
        "type_action",
        "string",
        "Type d’action",
        "Vide au-dessus du niveau « type ».",
        {"enum": ["", *(str(kind) for kind in ActionType)]},
    ),
    kinds={str(code): str(label) for code, label in ActionType.choices},
    counts=(
        Field("actions", "integer", "Actions", "Nombre d’actions validées.", WHOLE),
        Field("participations", "integer", "Participations", "Participations à ces actions.", WHOLE),
    ),
    people=Field(
        "professionnels",
        "integer",
        "Professionnels",
        "Personnes différentes qui ont participé ; chacune compte une fois par ligne.",
        WHOLE,
    ),
)
DATASETS = {dataset.name: dataset for dataset in (TEAMS, ACTIONS)}
