from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConventionsConfig(AppConfig):
    name = "conventions"
    verbose_name = "Conventions"

    def ready(self) -> None:
        from association.immutability import declare_frozen
        from association.listing.declaration import register
        from association.permissions import grant
        from conventions import changes, due, found, hooks, inbox, sheets
        from conventions.first_texts import publish_first_texts
        from conventions.lists import ConventionList
        from conventions.models import Amendment, Convention, ConventionTemplate
        from conventions.permissions import PERMISSIONS

        grant(PERMISSIONS)
        declare_frozen(
            Convention,
            columns=["number", "team", "starts_on", "ends_on", "template", "agreed", "agreed_sha256", "document"],
            when="OLD.state <> 'draft'",
            message="Le texte d'une convention émise ne se modifie plus : rédigez un avenant.",
        )
        declare_frozen(
            Amendment,
            columns=["number", "convention", "effective_on", "changes", "agreed", "agreed_sha256", "document"],
            when="OLD.state <> 'draft'",
            message="Le texte d'un avenant émis ne se modifie plus.",
        )
        declare_frozen(
            ConventionTemplate,
            columns=["kind", "version", "title", "body"],
            when="OLD.published_at IS NOT NULL",
            message="Un modèle publié ne se modifie plus : rédigez-en une nouvelle version.",
        )
        register(ConventionList)
        sheets.register()
        hooks.register()
        inbox.register()
        due.register()
        found.register()
        changes.register()
        post_migrate.connect(publish_first_texts, sender=self, dispatch_uid="first_texts")
