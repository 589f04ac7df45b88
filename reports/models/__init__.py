from reports.models.extracts import ExtractRequest, ExtractSettings
from reports.models.financial import FinancialStatement, StatementLine
from reports.models.planning import ReportSchedule, ReportTemplate
from reports.models.reports import Report, ReportTransmission, ReportVersion
from reports.models.team_reviews import ReviewObjective, ReviewSettings, TeamReview

__all__ = [
    "ExtractRequest",
    "ExtractSettings",
    "FinancialStatement",
    "Report",
    "ReportSchedule",
    "ReportTemplate",
    "ReportTransmission",
    "ReportVersion",
    "ReviewObjective",
    "ReviewSettings",
    "StatementLine",
    "TeamReview",
]
