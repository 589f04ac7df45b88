"""First and last names, written down for the demo: common ones, combined at random. No real person is meant."""


def _words(text: str) -> list[str]:
    return text.split()


WOMEN = _words("""
Adèle Agathe Agnès Alice Aline Amandine Anaïs Andréa Anne Anne-Laure Anne-Sophie Annick Apolline Armelle Aude Audrey
Aurélie Aurore Aïcha Béatrice Bénédicte Blandine Camille Capucine Carole Caroline Catherine Cécile Céline Chantal
Charlène Charlotte Chloé Christelle Claire Clarisse Clémence Clémentine Constance Coralie Corinne Cyrielle Delphine
Diane Dorothée Édith Élise Élodie Éloïse Émeline Émilie Emmanuelle Estelle Eugénie Ève Fabienne Fanny Fatou Flavie
Florence France Françoise Gaëlle Geneviève Gwenaëlle Hélène Héloïse Hortense Inès Irène Isabelle Iris Jeanne Joëlle
Judith Julie Juliette Justine Karine Kadiatou Laëtitia Laure Laurence Leïla Léa Léonie Lise Louise Lucie Ludivine
Maëlle Magali Maïwenn Malika Manon Margaux Marianne Marie Marie-Ange Marie-Christine Marie-Laure Marie-Noëlle Marine
Marion Mathilde Maud Mélanie Mireille Morgane Muriel Nadège Nadia Natacha Nathalie Noémie Océane Odile Pascale Pauline
Perrine Rachel Raphaëlle Régine Rose Roxane Sabine Salomé Samira Sandrine Sarah Séverine Sibylle Solène Solenn Sonia
Sophie Soizic Stéphanie Suzanne Sylvie Tiphaine Valérie Véronique Victoire Viviane Yasmina Yolaine Zoé
""")

MEN = _words("""
Adrien Alain Alban Albin Alexandre Alexis Anatole André Antoine Antonin Armand Arnaud Arthur Aurélien Axel Bastien
Baptiste Benjamin Benoît Bertrand Boris Brice Bruno Cédric Charles Charles-Henri Christophe Clément Corentin Cyprien
Cyril Damien Daniel David Denis Didier Dimitri Éloi Émile Emmanuel Éric Erwan Étienne Evan Fabien Fabrice Félix
Florent Florian Franck François François-Xavier Frédéric Gabriel Gaël Gaëtan Gaspard Gauthier Geoffroy Gérald
Gilles Goulven Grégoire Grégory Guillaume Guy Gwendal Hadrien Henri Hervé Hippolyte Hubert Hugo Hugues Idriss Ismaël
Jacques Jean-Baptiste Jean-Luc Jean-Marc Jean-Yves Jérémie Jérôme Joachim Jocelyn Joël Jonathan Joseph Jules Julien
Kamel Karim Kévin Laurent Léo Léonard Loïc Louis Luc Lucas Ludovic Mahamadou Malo Marc Marceau Marius Martin Mathieu
Mathis Maxime Mehdi Michaël Michel Nicolas Noël Octave Olivier Pascal Patrice Paul Philippe Pierre Pierre-Yves Quentin
Raoul Raphaël Régis Rémi Rémy Renaud Richard Robin Rodolphe Romain Ronan Samuel Sébastien Simon Stanislas Stéphane
Sylvain Tanguy Théo Théophile Thibault Thierry Thomas Timothée Titouan Tristan Ugo Valentin Victor Vincent Vivien
Xavier Yann Yannick Yoann Youssef Yves Yvon
""")

LAST_NAMES = [
    *_words("""
Abgrall Alaoui Allaire Allard André Arnaud Aubert Auger Averty Babin Bachelier Barbier Baron Barreau Baudry Bazin
Beaufils Beaumont Bellanger Belliard Benoist Béranger Bernier Bertin Besnard Besson Bidaud Billard Biteau Blanchard
Blin Bodin Boissinot Bonnet Bordier Bossard Boucher Boudaud Bouchet Boulanger Bourdin Bourgeois Boutin Bouvier Brault
Bréchet Brégeon Briand Brochard Brosseau Brunet Bureau Cadeau Caillaud Carré Cartier Cesbron Chabot Champion Charrier
Chartier Châtaignier Chauveau Chauvin Chenu Chevalier Chevallier Chéné Clément Clavier Cochet Collet Colin Cordier
Cosson Coulon Courant Cousin Couturier Crépin Cussonneau Daniau David Davy Delahaye Delaunay Delmas Denis Desbois
Deschamps Diallo Doucet Drouet Drouin Dubreuil Dufour Dugast Dumas Dumont Dupré Durand Dutertre Fauchard
Favreau Ferrand Fleury Fontaine Forest Foucault Fouquet Fournier Fradin Frémont Fresneau Gaborieau Gaboriau Gallard
Garnier Gasnier Gâtineau Gaudin Gautier Gauvrit Gendron Geslin Gicquel Girard Giraud Gobin Godard Gouin Goujon Gourdon
Graton Grégoire Grelier Grimaud Groleau Guérin Guibert Guichard Guillet Guillou Guyon Haddad Hamelin Hardy Hervé
Houdayer Huet Hubert Hamon Jagueneau Jamet Jarry Joly Joubert Jouan Julienne Juteau Kerbrat Keita Laborde Lambert
Langlois Lardeux Launay Lavigne Lebreton Leclerc Lecomte Lefèvre Léger Lemoine Lepage Leroux Leroy Letourneau
Loiseau Lorieau Lucas Lusseau Mabit Macé Maillard Maillet Mainguy Marchand Marionneau Martineau Masson Maudet Ménard
Mercier Merlet Métivier Michaud Millet Moinard Monnier Moreau Morice Morin Moulin Mousset Nauleau Nicolas Noblet
Olivier Oliveira Orain Ouvrard Papin Paquereau Pasquier Pavageau Péan Pelletier Perrault Petiteau Philippeau Picard
Pichon Piton Pineau Plessis Poirier Poisson Pottier Poupard Prigent Proust Rabin Raimbault Rambaud Raveneau Renaud
Renou Retailleau Ricard Richard Rideau Rigaud Riou Rivière Robin Rolland Rousseau Roussel Sanchez Saulnier Sauvage
Savary Séguin Sicard Simonneau Sourisseau Suteau Talbot Tanguy Taillandier Tessier Texier Thébault Thibaud Thomas
Tourneux Traoré Tricoire Trichet Vallée Vasseur Verdier Vétault Viaud Vigneron Vilain Vincent Vinet Voisin
"""),
    "Le Bihan",
    "Le Bras",
    "Le Fur",
    "Le Gall",
    "Le Goff",
    "Le Guen",
    "Le Roux",
    "Le Touzé",
    "La Hire",
    "L'Hermitte",
    "L'Hostis",
    "d'Anvers",
    "d'Hérouville",
    "de Bazelaire",
    "de Kerlan",
    "de La Brosse",
    "de La Tour",
    "de Saint-Aubin",
    "du Plessis",
    "Ben Amar",
    "El Idrissi",
    "Œuvrard",
    "Noël-Duval",
    "Dos Santos",
    "Núñez",
    "Müller",
    "Nguyên",
]
