"""What the demo's teams write in their projects and what the office notes: invented, plain, without any patient."""

PROBLEMS = (
    "Les professionnels constatent des parcours hachés : les sorties d'hospitalisation sont annoncées tard, les "
    "traitements changent sans que chacun le sache, et les visites à domicile se croisent.",
    "Le repérage est tardif et dépend de chacun. Les examens prévus ne sont pas toujours faits, et les mêmes questions "
    "sont posées plusieurs fois aux familles.",
    "L'offre de soins du territoire se raréfie : les délais s'allongent, et les situations complexes reposent sur "
    "quelques professionnels isolés.",
)
INDICATORS = (
    "Un tiers des sorties d'hospitalisation connues après coup ; deux réunions communes par an seulement ; aucun "
    "protocole écrit.",
    "Une ordonnance sur cinq fait l'objet d'un appel entre cabinets ; délai moyen de réponse : trois jours.",
)
PRESENT_WAYS = (
    "Téléphone et messages sécurisés au cas par cas. Pas de réunion régulière. Un protocole commun est ébauché.",
    "Rencontres au cabinet médical, une fois par trimestre. Messagerie sécurisée pour les deux tiers de l'équipe.",
)
MEANS = (
    "Une réunion de concertation par mois, une messagerie sécurisée pour tous, un plan personnalisé de santé pour les "
    "situations complexes, deux protocoles écrits la première année.",
    "Réunions en visio toutes les six semaines, visites communes à domicile, modèle commun de compte rendu.",
)
GOALS_PATIENTS = (
    "Moins d'hospitalisations évitables ; un interlocuteur connu de chacun ; des consignes identiques d'un "
    "professionnel à l'autre.",
    "Être vu par le bon professionnel dans la semaine ; ne plus répéter son histoire.",
)
GOALS_PROFESSIONALS = (
    "Rompre l'isolement, partager les décisions difficiles, gagner du temps dans les échanges : dix réunions par an, "
    "huit participants en moyenne.",
    "Mieux connaître le métier des autres ; répondre en vingt-quatre heures à une demande d'avis.",
)
CALENDARS = ("Bilan à douze mois, avec les indicateurs ci-dessus.", "")
MISSIONS = (
    "Avis et téléexpertise aux équipes de soins primaires, consultations avancées, formation des professionnels du "
    "territoire, participation à la permanence des avis."
)
DIAGNOSIS = (
    "Densité de spécialistes inférieure à la moyenne régionale, délais de plus de trois mois, un tiers des praticiens "
    "de plus de soixante ans."
)
COMPLEMENTS = (
    ("piece", "Il manque la copie des statuts de l'association."),
    ("rubrique", "Le calendrier ne dit pas quand la mise en œuvre commence."),
    ("messagerie", "Une adresse de messagerie sécurisée manque pour un membre."),
)
ANSWERS = ("Pièce déposée dans le dossier.", "Rubrique complétée.")
REFUSAL = "Le projet ne décrit pas de coordination entre les professionnels au-delà de l'existant."
NOTES = (
    ("note", "Premier contact par téléphone : l'équipe souhaite se coordonner, elle demande un rendez-vous."),
    (
        "appel",
        "Point sur les pièces à réunir ; le référent rappelle quand tous les membres ont une messagerie sécurisée.",
    ),
    ("visite", "Réunion au cabinet : présentation du dispositif, choix des thématiques, calendrier."),
    ("note", "Les membres préfèrent des réunions en visio ; modèle de compte rendu envoyé."),
)
