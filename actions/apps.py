from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "Actions"

    def ready(self) -> None:
        from actions import sheets
        from actions.inbox import action_figures, actions_to_validate
        from actions.permissions import PERMISSIONS
        from association.permissions import grant
        from association.registries import figures, inbox

        grant(PERMISSIONS)
        inbox.add("actions.declared", actions_to_validate)
        figures.add("actions.declared", action_figures)
        sheets.register()
