"""What this floor declares of the import workbook: the price list, the accounts, what was already paid."""

from association.registries import sheets
from payments.sheets.accounts import COMPANY_ACCOUNTS, PERSON_ACCOUNTS
from payments.sheets.already_paid import ALREADY_PAID
from payments.sheets.prices import PRICES


def register() -> None:
    """Add them to the registry (from ``AppConfig.ready``)."""
    sheets.add(PRICES.name, PRICES)
    sheets.add("Bénéficiaires : comptes", COMPANY_ACCOUNTS)
    sheets.add("Professionnels : comptes", PERSON_ACCOUNTS)
    sheets.add("Participations : déjà payé", ALREADY_PAID)
