from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Likeness of words on PostgreSQL (association.searching); any other database leaves this out."""

    dependencies = [
        ("association", "0004_calendar_keys"),
    ]

    operations = [
        TrigramExtension(),
    ]
