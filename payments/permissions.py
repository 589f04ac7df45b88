"""Who may do what with money."""

from association.permissions import ADMIN, AUDITOR, OFFICE, REFERENT, STAFF, SYSTEM, TREASURER

PERMISSIONS: dict[str, frozenset[str]] = {
    "payments.view_run": OFFICE | {AUDITOR},
    # What a team has used of its ceiling: its referent sees it too, the ARS never an amount.
    "payments.view_team_ceiling": OFFICE | {AUDITOR, REFERENT},
    # What an action would give, while it is declared and validated; to a referent the own amounts only.
    "payments.view_meter": OFFICE | {AUDITOR, REFERENT},
    "payments.view_payment": frozenset({TREASURER, AUDITOR}),
    "payments.prepare_run": OFFICE | {SYSTEM},
    "payments.submit_run": OFFICE,
    "payments.cancel_run": OFFICE,
    "payments.send_back_run": frozenset({TREASURER}),
    "payments.approve_run": frozenset({TREASURER}),
    "payments.export_run": frozenset({TREASURER}),
    "payments.settle_run": frozenset({TREASURER}),
    "payments.void_run": frozenset({TREASURER}),
    "payments.move_payment": frozenset({TREASURER}),
    # A slip names its beneficiary and the end of an account; the office needs no part of it.
    "payments.view_slip": frozenset({TREASURER, AUDITOR}),
    "payments.make_slips": frozenset({TREASURER}),
    "payments.view_bank_answer": frozenset({TREASURER, AUDITOR}),
    "payments.import_bank_answer": frozenset({TREASURER}),
    "payments.view_export": frozenset({TREASURER, AUDITOR}),
    # A file of transfers shows every IBAN, as does a workbook from which they are typed by hand.
    "payments.open_bank_file": frozenset({TREASURER}),
    "payments.manage_bank": frozenset({TREASURER}),
    "payments.view_account": frozenset({TREASURER, AUDITOR}),
    # The whole IBAN, each look logged; elsewhere its end only.
    "payments.look_at_iban": frozenset({TREASURER}),
    # The scan of a RIB shows the whole IBAN.
    "payments.open_rib": frozenset({TREASURER}),
    # Trop-perçu: who is asked to pay back how much, and what came of it.
    "payments.view_repayment": OFFICE | {AUDITOR},
    "payments.manage_repayment": frozenset({TREASURER}),
    "payments.propose_account": OFFICE,
    "payments.manage_account": frozenset({TREASURER}),
    # The list of prices: who publishes it does not pay, who pays does not publish it.
    "payments.view_price": OFFICE | {AUDITOR, ADMIN},
    "payments.publish_price": frozenset({ADMIN}),
    "payments.simulate_prices": frozenset({ADMIN, TREASURER}),
    "payments.reopen_year": frozenset({TREASURER}),
    # The "convention de financement": the office enters it; a treasurer notes its signature and its amendments, and
    # decides what becomes of what is left.
    "payments.view_grant": OFFICE | {AUDITOR},
    "payments.manage_grant": OFFICE,
    "payments.decide_grant": frozenset({TREASURER}),
    # Who sits on the board: never entered by a treasurer, whom it may concern.
    "payments.view_mandate": OFFICE | {AUDITOR, ADMIN},
    # What each board member was paid in a year: individual amounts.
    "payments.view_board_paid": OFFICE | {AUDITOR},
    "payments.manage_mandate": frozenset({STAFF, ADMIN}),
    # A sample of payments with all that proves them, and the dated lists of the auditor.
    "payments.draw_control": frozenset({TREASURER, AUDITOR}),
    "payments.view_control": frozenset({TREASURER, AUDITOR}),
    "payments.change_settings": frozenset({ADMIN}),
    # The papers of the year name people and amounts; only the treasurer hands entries over and closes.
    "payments.view_year": frozenset({TREASURER, AUDITOR}),
    "payments.close_year": frozenset({TREASURER}),
    "payments.manage_accounting": frozenset({TREASURER}),
    "payments.send_statement": frozenset({TREASURER}),
    # Where a person's payment is, without an IBAN: who answers the telephone.
    "payments.view_whereabouts": OFFICE | {AUDITOR},
}
