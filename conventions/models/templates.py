"""The text of conventions: articles with placeholders, in versions that never change once published."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from association.fields import ProseField, WordsField
from association.nomenclature import TeamKind


class ConventionTemplate(models.Model):
    """One version of the text for a kind of team. ``published_at``: none while it is being written.

    A paragraph is a line; ``{placeholders}`` are those of `conventions.wording`.
    """

    kind = models.CharField("nature d'équipe", max_length=12, choices=TeamKind)
    version = models.PositiveIntegerField("version")
    title = WordsField("titre", max_length=200)
    body = ProseField("articles", help_text="Un titre d'article par ligne qui commence par « # », son texte dessous.")
    # None: the first text, which comes with the programme (conventions.first_texts).
    created_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par"
    )
    created_at = models.DateTimeField("créé le", default=timezone.now)
    published_at = models.DateTimeField("publié le", null=True, blank=True)

    class Meta:
        verbose_name = "modèle de convention"
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "version"],
                name="convention_template_version_unique",
                violation_error_message="Cette version existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


class ConventionSequence(models.Model):
    """The last number given to a convention of a year: numbers follow each other without a gap."""

    year = models.PositiveSmallIntegerField("année", primary_key=True)
    last = models.PositiveIntegerField("dernier numéro", default=0)

    class Meta:
        verbose_name = "numérotation des conventions"

    def __str__(self) -> str:
        return f"{self.year} : {self.last}"
