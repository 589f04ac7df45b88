from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "Actions"

    def ready(self) -> None:
        from actions import changes, findings, found, sheets
        from actions.inbox import action_figures, actions_to_validate, scans_to_file
        from actions.joined import takes_part_twice
        from actions.lists import ActionList
        from actions.monthly import jobs
        from actions.permissions import PERMISSIONS
        from actions.scans import job
        from association.listing.declaration import register
        from association.permissions import grant
        from association.registries import figures, inbox, joining_obstacles

        grant(PERMISSIONS)
        inbox.add("actions.declared", actions_to_validate)
        inbox.add("actions.scans", scans_to_file)
        figures.add("actions.declared", action_figures)
        joining_obstacles.add("actions.participations", takes_part_twice)
        register(ActionList)
        sheets.register()
        findings.register()
        found.register()
        changes.register()
        jobs.register()
        job.register()
