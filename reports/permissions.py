"""Who may do what with reports and reviews."""

from association.permissions import ADMIN, AUDITOR, OFFICE, REFERENT, SYSTEM

PERMISSIONS: dict[str, frozenset[str]] = {
    # Free texts and professionals' own words: the ARS reads the sums of the reviews in the activity report.
    "reports.view_review": OFFICE | {AUDITOR, REFERENT},
    # The office too: a team may answer on paper.
    "reports.write_review": OFFICE | {REFERENT},
    "reports.validate_review": OFFICE,
    # The system too: January, and the reminders.
    "reports.ask_review": OFFICE | {SYSTEM},
    "reports.change_review_settings": frozenset({ADMIN}),
}
