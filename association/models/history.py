"""What happened to an object, for ever: changes of state, and looks at what is confidential."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from association.fields import ProseField, WordsField


class TransitionLog(models.Model):
    """One change of state. The database refuses update and delete (association.immutability)."""

    content_type = models.ForeignKey(ContentType, models.PROTECT)
    object_id = models.BigIntegerField()
    target = GenericForeignKey("content_type", "object_id")
    transition = models.CharField("étape", max_length=60)
    from_state = models.CharField("de", max_length=20, blank=True)
    to_state = models.CharField("vers", max_length=20)
    actor = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le", auto_now_add=True)
    comment = ProseField("commentaire", blank=True)
    origin = models.CharField("origine", max_length=20, blank=True)

    class Meta:
        verbose_name = "changement d'état"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="transition_log_object"),
            models.Index(fields=["-at"], name="transition_log_at"),
        ]

    def __str__(self) -> str:
        return f"{self.transition} : {self.from_state} → {self.to_state}"


class LookLog(models.Model):
    """One look at something confidential: an IBAN, a recognition file, an extract; of the role contrôle, any page that
    names people (config.looks). Append-only like the changes of state.
    """

    content_type = models.ForeignKey(ContentType, models.PROTECT)
    object_id = models.BigIntegerField()
    target = GenericForeignKey("content_type", "object_id")
    what = models.CharField("vu", max_length=60)
    actor = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le", auto_now_add=True)
    reason = WordsField("motif", max_length=200, blank=True)

    class Meta:
        verbose_name = "consultation"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="look_log_object"),
            models.Index(fields=["-at"], name="look_log_at"),
        ]

    def __str__(self) -> str:
        return f"{self.what} par {self.actor}"


class FieldChange(models.Model):
    """A change of a field that matters: who, when, before and after, in the words of the screen. Append-only."""

    content_type = models.ForeignKey(ContentType, models.PROTECT)
    object_id = models.BigIntegerField()
    target = GenericForeignKey("content_type", "object_id")
    team = models.ForeignKey(
        "association.Team", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="dossier"
    )
    subject = models.CharField("objet", max_length=200)
    field = models.CharField("champ", max_length=60)
    label = models.CharField("libellé", max_length=120)
    before = models.TextField("avant", blank=True)
    after = models.TextField("après", blank=True)
    version = models.PositiveIntegerField("version écrite", default=0)
    actor = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le", auto_now_add=True)

    class Meta:
        verbose_name = "modification"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="field_change_object"),
            models.Index(fields=["team", "-at"], name="field_change_team"),
            models.Index(fields=["-at"], name="field_change_at"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}, {self.label} : {self.before} → {self.after}"
