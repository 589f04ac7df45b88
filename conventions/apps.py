from django.apps import AppConfig


class ConventionsConfig(AppConfig):
    name = "conventions"
    verbose_name = "Conventions"

    def ready(self) -> None:
        from association.permissions import grant
        from conventions import sheets
        from conventions.permissions import PERMISSIONS

        grant(PERMISSIONS)
        sheets.register()
