from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class AssociationConfig(AppConfig):
    name = "association"
    verbose_name = "Association"

    def ready(self) -> None:
        from association import changes, due, found, immutability, permissions, sheets, watched
        from association.cells import remember_signatures
        from association.figures import team_figures
        from association.inbox import (
            failed_jobs,
            follow_ups,
            uncertain_messages,
            waiting_recognitions,
            waiting_teams,
            watched_teams,
        )
        from association.listing.declaration import register
        from association.lists import LISTS
        from association.look_list import LookList
        from association.mails import SEND_JOB, send_queued_mail
        from association.models import (
            AccessRecord,
            Attestation,
            Document,
            FieldChange,
            HealthProject,
            LookLog,
            TransitionLog,
        )
        from association.models.documents import ERASED_NAME
        from association.people_inbox import waiting_duplicates
        from association.registries import HistorySource, figures, history_sources, inbox, job_kinds
        from association.searching import teach_sqlite
        from association.selectors.projects import named_for_history
        from association.selectors.rules import REFRESH_JOB
        from association.services.bulk import BULK_JOB, run_operation
        from association.services.list_exports import EXPORT_JOB, export_job
        from association.services.rules import refresh_all_findings

        remember_signatures()
        permissions.grant(permissions.PERMISSIONS)
        immutability.declare_append_only(TransitionLog)
        immutability.declare_append_only(LookLog)
        immutability.declare_append_only(FieldChange)
        immutability.declare_append_only(AccessRecord)
        immutability.declare_frozen(
            HealthProject,
            columns=["team", "number", "content", "submitted_on", *HealthProject.ANSWERS],
            when="OLD.state <> 'draft'",
            message="Une version déposée du projet de santé ne se modifie plus : commencez une nouvelle version.",
        )
        immutability.declare_frozen(
            Attestation,
            columns=["number", "membership", "year", "starts_on", "ends_on", "content", "document"],
            message="Une attestation délivrée ne se modifie pas.",
        )
        immutability.declare_frozen(
            Document,
            columns=["sha256", "size", "stored_as", "personal", "created_by", "created_at"],
            message="Un document rangé ne se modifie ni ne s'efface.",
        )
        # A file name may name a patient: erasing takes it away, and nothing else changes it.
        immutability.declare_refusal(
            Document,
            name="renamed",
            operation="UPDATE",
            when=f"""NEW."filename" <> OLD."filename" AND NEW."filename" <> '{ERASED_NAME}'""",
            message="Un document rangé garde son nom.",
        )
        sheets.register()
        inbox.add("association.teams", waiting_teams)
        inbox.add("association.recognitions", waiting_recognitions)
        watched.register()
        inbox.add("association.findings", watched_teams)
        inbox.add("association.follow_ups", follow_ups)
        inbox.add("association.duplicates", waiting_duplicates)
        inbox.add("association.mails", uncertain_messages)
        inbox.add("association.jobs", failed_jobs)
        figures.add("association.teams", team_figures)
        due.register()
        found.register()
        changes.register()
        job_kinds.add(SEND_JOB, send_queued_mail)
        job_kinds.add(REFRESH_JOB, refresh_all_findings)
        job_kinds.add(BULK_JOB, run_operation)
        job_kinds.add(EXPORT_JOB, export_job)
        history_sources.add("association.projects", HistorySource(HealthProject, named_for_history))
        register(*LISTS, LookList)
        connection_created.connect(teach_sqlite, dispatch_uid="teach_sqlite")
        post_migrate.connect(immutability.install_after_migrate, dispatch_uid="immutability")
