"""Plans that had every chapter get that of the yearly reviews, behind the meetings of concertation."""

from django.db import migrations

BEFORE = {
    "teams", "path", "people", "territory", "conventions", "activity", "concertation", "money", "ceiling", "grant",
}  # fmt: skip


def with_reviews(plan):
    """Return the plan with the new chapter, or None for one from which somebody took chapters out: it stays."""
    codes = [part["code"] for part in plan]
    if set(codes) != BEFORE:
        return None
    place = codes.index("concertation") + 1
    return [*plan[:place], {"code": "reviews", "text": ""}, *plan[place:]]


def add_chapter(apps, schema_editor):
    alias = schema_editor.connection.alias
    templates = apps.get_model("reports", "ReportTemplate").objects.using(alias).all()
    # The plan of an approved report is frozen, with its numbers.
    open_reports = apps.get_model("reports", "Report").objects.using(alias).filter(state__in=["draft", "generated"])
    for row in [*templates, *open_reports]:
        if plan := with_reviews(row.plan):
            row.plan = plan
            row.save(update_fields=["plan"])


class Migration(migrations.Migration):

    dependencies = [
        ("reports", "0005_report_templates"),
    ]

    operations = [
        migrations.RunPython(add_chapter, migrations.RunPython.noop),
    ]
