"""The mail of a forgotten password: from the association, in French, with a link."""

import pytest
from django.conf import settings
from django.urls import reverse

from association.models import User

pytestmark = pytest.mark.django_db


def test_forgotten_password_sends_a_mail_of_the_association(client, mailoutbox) -> None:
    User.objects.create_user("gestion@test.example", "mot-de-passe-initial", role="staff", full_name="Gestion")
    client.post(reverse("account_reset_password"), {"email": "gestion@test.example"})
    [mail] = mailoutbox
    assert mail.subject == "Nouveau mot de passe"
    assert settings.ORGANISATION_NAME in mail.body
    assert "/compte/password/reset/key/" in mail.body
    assert "testserver !" not in mail.body
