"""Who may do what with reports, reviews and what the ARS receives."""

from association.permissions import ADMIN, ARS, AUDITOR, OFFICE, REFERENT, SYSTEM, TREASURER

PERMISSIONS: dict[str, frozenset[str]] = {
    # Sums and counts of the person's scope; what is behind them has permissions of its own.
    "reports.view_dashboard": OFFICE | {ARS, AUDITOR, ADMIN},
    # Free texts and professionals' own words: the ARS reads the sums of the reviews in the activity report.
    "reports.view_review": OFFICE | {AUDITOR, REFERENT},
    # The office too: a team may answer on paper.
    "reports.write_review": OFFICE | {REFERENT},
    "reports.validate_review": OFFICE,
    # The system too: January, and the reminders.
    "reports.ask_review": OFFICE | {SYSTEM},
    "reports.change_review_settings": frozenset({ADMIN}),
    # The ARS: what was transmitted to it, a délégation its department (Report.visible_to).
    "reports.view_report": OFFICE | {ARS, AUDITOR, ADMIN},
    "reports.build_report": OFFICE | {SYSTEM},
    # Never whoever produced it: a guard, and a constraint of the database.
    "reports.approve_report": frozenset({TREASURER}),
    "reports.transmit_report": OFFICE,
    "reports.manage_schedule": OFFICE,
    "reports.manage_template": OFFICE,
    # The office records an answer that came by letter.
    "reports.receive_report": OFFICE | {ARS},
    # The files: opened from the report's own page, which narrows them; elsewhere by those who see all reports.
    "reports.open_file": OFFICE | {AUDITOR, ADMIN},
    "reports.view_ars_space": frozenset({ARS}),
    # The extract for a contrôle: asked for by the ARS, decided by the association, never by who asked.
    "reports.ask_extract": frozenset({ARS}),
    "reports.view_extract": frozenset({ARS, TREASURER, ADMIN, AUDITOR}),
    "reports.decide_extract": frozenset({TREASURER, ADMIN}),
    # To the ARS the association decided, not somebody of it.
    "reports.view_extract_decider": frozenset({TREASURER, ADMIN, AUDITOR}),
    "reports.change_extract_settings": frozenset({ADMIN}),
    # Aggregates in which small groups are hidden.
    "reports.view_open_data": OFFICE | {ARS, AUDITOR, ADMIN},
    # The "compte rendu financier" of a grant: the office types it, the ARS receives its files.
    "reports.view_statement": OFFICE | {AUDITOR},
    "reports.write_statement": OFFICE,
}
