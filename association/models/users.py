"""Users and their roles. One role each: an administrator can never be a treasurer at the same time."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from association.fields import WordsField


class Role(models.TextChoices):
    STAFF = "staff", "Chargé·e de mission"
    TREASURER = "treasurer", "Trésorier·ère"
    ARS = "ars", "ARS"
    AUDITOR = "auditor", "Contrôle (comptable, commissaire aux comptes)"
    REFERENT = "referent", "Référent·e d’équipe"
    ADMIN = "admin", "Administrateur·rice"
    SYSTEM = "system", "Système"


class Digest(models.TextChoices):
    NEVER = "never", "Jamais"
    DAILY = "daily", "Chaque jour ouvré"
    WEEKLY = "weekly", "Chaque lundi"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user; without a password nobody can sign in as that user."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def system(self) -> User:
        """Return the actor of what no person does: the monthly preparation, sweeps, ends by date."""
        user, _ = self.get_or_create(
            email="systeme@localhost", defaults={"full_name": "Système", "role": Role.SYSTEM, "password": "!"}
        )
        return user


class User(AbstractBaseUser):
    """Somebody who signs in with an e-mail address.

    ``department`` narrows an ARS user to one délégation; ``professional`` says who a team's referent is, and
    links a treasurer who is also paid (docs/payment-rules.md, four eyes); ``access_until`` ends an auditor's access.
    ``seen_at``: the last page; ``last_visit_at``: the end of the visit before this one (association.visits).
    """

    email = models.EmailField("courriel", unique=True)
    full_name = WordsField("nom affiché", max_length=150)
    role = models.CharField("rôle", max_length=20, choices=Role)
    department = models.ForeignKey(
        "association.Department", models.PROTECT, null=True, blank=True, verbose_name="département"
    )
    professional = models.ForeignKey(
        "association.Professional",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name="professionnel",
    )
    is_active = models.BooleanField("compte actif", default=True)
    access_until = models.DateField("accès jusqu'au", null=True, blank=True)
    date_joined = models.DateTimeField("créé le", default=timezone.now)
    seen_at = models.DateTimeField("dernière page", null=True, blank=True, editable=False)
    last_visit_at = models.DateTimeField("fin de la visite précédente", null=True, blank=True, editable=False)
    digest = models.CharField("résumé par courriel", max_length=10, choices=Digest, default=Digest.NEVER)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name", "role"]

    class Meta:
        verbose_name = "utilisateur"
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_unique", violation_error_message="Ce courriel a déjà un compte."
            ),
            models.CheckConstraint(
                condition=~models.Q(role="auditor") | models.Q(access_until__isnull=False),
                name="user_auditor_has_end",
                violation_error_message="Un accès de contrôle a toujours une date de fin.",
            ),
        ]

    RIGHTS: ClassVar[tuple[str, ...]] = ("role", "is_active", "access_until")

    def __str__(self) -> str:
        return self.full_name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the account, and what it may do when that changed (association.models.access)."""
        written = kwargs.get("update_fields")
        if written is not None and not set(self.RIGHTS) & set(written):
            super().save(*args, **kwargs)
            return
        with transaction.atomic(using=kwargs.get("using")):
            super().save(*args, **kwargs)
            self._record_rights()

    def _record_rights(self) -> None:
        now = {name: getattr(self, name) for name in self.RIGHTS}
        last = self.access_records.order_by("-at", "-pk").values(*self.RIGHTS).first()
        if last != now:
            self.access_records.create(at=self.date_joined if last is None else timezone.now(), **now)

    @property
    def may_sign_in(self) -> bool:
        """Whether the account is active and its access has not ended."""
        return self.is_active and (self.access_until is None or self.access_until >= timezone.localdate())

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Whether the role carries ``app.codename`` (rows are narrowed by ``visible_to``, not here)."""
        from association.permissions import roles_with

        return self.may_sign_in and self.role in roles_with(permission)

    def has_perms(self, permissions: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        from association.permissions import granted

        return any(name.startswith(f"{app_label}.") and self.role in roles for name, roles in granted().items())


class DigestDay(models.Model):
    """A day on which an account was given its digest, or on which there was nothing to tell: one a day, for ever.

    The beat may be delivered twice, and two workers may do it at the same moment: the constraint lets one through.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="digest_days", verbose_name="compte")
    day = models.DateField("jour")
    made_at = models.DateTimeField("fait le", default=timezone.now)
    mail = models.OneToOneField(
        "association.OutgoingMail", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="message"
    )

    class Meta:
        verbose_name = "résumé d'un jour"
        verbose_name_plural = "résumés des jours"
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "day"],
                name="digest_day_unique",
                violation_error_message="Le résumé de ce jour est déjà fait.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.day:%d/%m/%Y}"
