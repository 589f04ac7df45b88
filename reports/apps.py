from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Rapports"

    def ready(self) -> None:
        from association.listing.declaration import register
        from association.permissions import grant
        from reports import review_hooks
        from reports.permissions import PERMISSIONS
        from reports.team_review_list import TeamReviewList

        grant(PERMISSIONS)
        register(TeamReviewList)
        review_hooks.register()
