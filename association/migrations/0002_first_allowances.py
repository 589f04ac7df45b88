"""The two figures that are known: what a pharmacist gets for belonging to a coordinated structure."""

from django.db import migrations

PHARMACIST = "21"
SOURCE = "Information d’un syndicat de pharmaciens sur les ESP et les CPTS (docs/sources.md, 4)"
FIGURES = ((2018, 280_00), (2019, 420_00))


def enter(apps, schema_editor):
    allowances = apps.get_model("association", "CoordinationAllowance").objects
    for year, cents in FIGURES:
        allowances.get_or_create(
            profession=PHARMACIST, year=year, defaults={"amount_cents": cents, "source": SOURCE}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("association", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(enter, migrations.RunPython.noop),
    ]
