from reports.models.team_reviews import ReviewObjective, ReviewSettings, TeamReview

__all__ = ["ReviewObjective", "ReviewSettings", "TeamReview"]
