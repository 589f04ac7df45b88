"""Which addresses of the site are pages that a person opens, and why the others are not.

The table of permissions (`tests.web.test_permissions`) knows every address, who may open it and what stands in it. All
that it has by GET is taken for a page, unless it is named here: a new page is visited without being asked for.
"""

from __future__ import annotations

from tests.web.test_permissions import ACCOUNT, ROUTES

# Fetched by a page, into it; the visit asserts that some page did.
PARTS = {
    "home_changes",
    "association:project_gate",
    "home_figures",
    "association:team_map_tables",
    "association:team_findings",
    "association:team_members",
    "association:team_project",
    "association:team_recognition",
    "association:team_structures",
    "association:team_documents",
    "association:team_exchanges",
    "association:team_journal",
    "conventions:of_team",
    "conventions:of_professional",
    "conventions:life_of",
    "conventions:amendments_of",
    "actions:of_team",
    "actions:of_professional",
    "payments:meter",
    "payments:of_action",
    "payments:of_team",
    "payments:of_professional",
    "payments:run_left_due",
    "reports:of_team",
}
SUGGESTIONS, FILE, SENT = "suggestions while one types", "a file to download", "what a page sends"
NO_PAGES = {
    "association:communes": SUGGESTIONS,
    "association:epcis": SUGGESTIONS,
    "association:people_named": SUGGESTIONS,
    "association:teams_named": SUGGESTIONS,
    "association:companies": SUGGESTIONS,
    "actions:attendance": "a part of the form of an action, drawn again when team, day or type change",
    "actions:month_template": FILE,
    "actions:scan": FILE,
    "actions:month_report": "for whoever brought the workbook: the region brings one",
    "actions:rapid_more": "rows for the rapid grid",
    "payments:meter_total": "a part of a row of the rapid grid, asked for while one types",
    "actions:alerts": "a part of the form of an action, asked for while one types",
    "actions:evidence": FILE,
    "actions:attendance_sheet": FILE,
    "association:job_progress": "a part of the job's page, asked for again while the job runs",
    "association:project_pdf": FILE,
    "payments:year_figures": "a part of the page of a year, which a treasurer opens",
    "reports:review_gate": "a part of a review's page, asked for again after each save",
    "reports:review_pdf": FILE,
    "association:document": FILE,
    "payments:account_scan": FILE,
    "reports:report_file": FILE,
    "reports:extract_file": FILE,
    "reports:open_data_csv": FILE,
    "reports:statement_file": FILE,
    "reports:open_data_schema": FILE,
    "payments:price_export": FILE,
    "payments:statement": FILE,
    "payments:reconciliation_file": FILE,
    "payments:das2_file": FILE,
    "payments:repayment_letter": FILE,
    "payments:scenario_export": FILE,
    "payments:dedicated_file": FILE,
    "conventions:convention_pdf": FILE,
    "conventions:amendment_pdf": FILE,
    "association:bulk_step": SENT,
    "association:calendar_feed": "a calendar, for another program",
    "association:digest_stop": "two sentences and a button, reached from a message; its test is in test_digest.py",
    "health": "one word, for a machine",
    "account_email": "closed: an administrator changes an address",
    "account_confirm_email": "no message of ours leads there: addresses are not confirmed",
    "account_email_verification_sent": "addresses are not confirmed",
    "account_confirm_login_code": "nobody signs in by a code",
    "account_set_password": "every account has a password: it sends on to its change",
    "mfa_reauthenticate": "the page of `mfa_authenticate`, for who has a second factor",
    "mfa_download_recovery_codes": FILE,
}
OF_EVERY_LIST = {"_export": FILE, "_list_bulk": SENT}  # the address of each list and of what goes with it
# Behind a second factor, or a password typed just now: the visit opens them one by one.
WITH_SECOND_FACTOR = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
}


def reason(name: str) -> str:
    """Return why an address is not visited as a page; nothing for one that is."""
    if name in PARTS:
        return "a part of a page"
    return NO_PAGES.get(name) or next((why for end, why in OF_EVERY_LIST.items() if name.endswith(end)), "")


OF_LISTS = {"association:bulk_confirm", "association:bulk"}
OF_ROUTES = {name for name, route in ROUTES.items() if route.method == "get" and not reason(name)} - OF_LISTS
OF_ACCOUNT = ACCOUNT.keys() - NO_PAGES.keys() - WITH_SECOND_FACTOR
BY_POST = {name for name, route in ROUTES.items() if route.method == "post"}
VISITED = OF_ROUTES | OF_LISTS | OF_ACCOUNT | WITH_SECOND_FACTOR | {"association:attestation_verify"}
