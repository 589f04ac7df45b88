from reports.models.planning import IndicatorTarget, ReportSchedule, ReportTemplate
from reports.models.reports import Report, ReportTransmission, ReportVersion
from reports.models.team_reviews import ReviewObjective, ReviewSettings, TeamReview

__all__ = [
    "IndicatorTarget",
    "Report",
    "ReportSchedule",
    "ReportTemplate",
    "ReportTransmission",
    "ReportVersion",
    "ReviewObjective",
    "ReviewSettings",
    "TeamReview",
]
