from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Rapports"

    def ready(self) -> None:
        from association.listing.declaration import register
        from association.permissions import grant
        from association.registries import inbox, job_kinds
        from reports import due, extract_hooks, immutability, review_hooks
        from reports.inbox import waiting_reports
        from reports.lists import ReportList
        from reports.permissions import PERMISSIONS
        from reports.selectors import behind
        from reports.services.building import BUILD_JOB, SEAL_JOB, build_job, seal_job
        from reports.team_review_list import TeamReviewList

        grant(PERMISSIONS)
        register(ReportList, TeamReviewList)
        immutability.declare()
        due.register()
        review_hooks.register()
        inbox.add("reports.reports", waiting_reports)
        job_kinds.add(BUILD_JOB, build_job)
        job_kinds.add(SEAL_JOB, seal_job)
        extract_hooks.register()
        behind.register()
