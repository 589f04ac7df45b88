"""The message to whoever owned an account when it changes: a change that they did not ask for is found out in time.

Of an IBAN the last four digits at most. Whoever has no address, a person or a company, is not written to.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from association.mails import queue_mail
from association.models import Company, FieldChange, Professional, User
from payments.models import Account

# An address that was changed so lately is warned too: whoever diverts a payment changes both.
FORMER_DAYS = 90
PROPOSED = """Bonjour,

Un changement du compte bancaire sur lequel vos indemnités vous sont versées vient d’être enregistré :
le nouveau compte se termine par {last4}. Une autre personne de l’association doit encore le vérifier.
D’ici là, rien n’est versé, ni sur l’ancien ni sur le nouveau.

Si vous n’avez pas demandé ce changement, prévenez-nous tout de suite, par téléphone, au numéro que vous connaissez.
Ne répondez jamais par courriel avec un RIB.

{organisation}
"""
VERIFIED = """Bonjour,

Le nouveau compte bancaire annoncé, qui se termine par {last4}, a été vérifié :
vos prochaines indemnités y seront versées.

Si vous n’avez pas demandé ce changement, prévenez-nous tout de suite, par téléphone, au numéro que vous connaissez.

{organisation}
"""


def warn_of_proposal(account: Account, *, actor: User) -> list[str]:
    """Write to the owner of an account that a proposed one suspends; return the addresses."""
    return _write(account, "Vos indemnités : un changement de compte bancaire est demandé", PROPOSED, actor)


def warn_of_verification(account: Account, *, actor: User) -> list[str]:
    """Write to the owner of an account that has just been replaced; return the addresses."""
    return _write(account, "Vos indemnités : votre compte bancaire a changé", VERIFIED, actor)


def addresses_to_warn(owner: Professional | Company) -> list[str]:
    """Return the address of a person or a company, and those that were theirs in the last `FORMER_DAYS` days."""
    former = FieldChange.objects.filter(
        content_type=ContentType.objects.get_for_model(owner),
        object_id=owner.pk,
        field="email",
        at__gte=timezone.now() - timedelta(days=FORMER_DAYS),
    ).order_by("at")
    found = [owner.email, *former.values_list("before", flat=True)]
    return list(dict.fromkeys(address for address in found if "@" in address))


def _write(account: Account, subject: str, body: str, actor: User) -> list[str]:
    owner = account.beneficiary.professional or account.beneficiary.company
    addresses = addresses_to_warn(owner) if owner else []
    for address in addresses:
        said = body.format(last4=account.iban_last4, organisation=settings.ORGANISATION_NAME)
        queue_mail(to=address, subject=subject, body=said, team=None, actor=actor)
    return addresses
