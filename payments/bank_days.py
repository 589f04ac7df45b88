"""On which days a bank can have made a transfer, refused it or given it back. Pure: no database, no clock.

What is written in the accounts and in the papers of a year goes by these days: none may contradict another. A transfer
is not paid before its bon à payer, nor before the day that its file asks of the bank; it does not come back before it
was paid; and nothing has happened yet on a day to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class BankDays:
    """The days of a run that bound those of its transfers; nothing is known of a transfer from before the start.

    Attributes:
        approved_on: civil day of the bon à payer, in Paris.
        left_on: civil day on which its file was made, in Paris.
        execution_on: the day asked of the bank in that file; None where the transfers are typed by hand.
    """

    approved_on: date | None = None
    left_on: date | None = None
    execution_on: date | None = None

    @property
    def first_payment(self) -> date:
        """The first day on which the bank can have paid."""
        return max(self.first_refusal, self.execution_on or date.min)

    @property
    def first_refusal(self) -> date:
        """The first day on which the bank can have refused a transfer of the file."""
        return max(self.approved_on or date.min, self.left_on or date.min)

    def likely_payment(self, today: date) -> date:
        """Return the day to propose: the one asked of the bank, unless it is still to come."""
        return min(self.execution_on or today, today)

    def awaited(self, today: date) -> str:
        """Return why no transfer of the run can be paid yet, in French; else nothing."""
        if self.first_payment <= today:
            return ""
        return (
            f"La banque fait ces virements le {self.first_payment:%d/%m/%Y} : leur paiement se constate à partir de ce "
            "jour."
        )

    def payment_refusal(self, day: date, *, today: date) -> str:
        """Return why a transfer cannot have been paid on a day, in French; else nothing."""
        if awaited := self.awaited(today):
            return awaited
        if day > today:
            return f"Le {day:%d/%m/%Y} est à venir : indiquez le jour où la banque a payé."
        if self.approved_on and day < self.approved_on:
            return (
                f"Le {day:%d/%m/%Y} précède le bon à payer, donné le {self.approved_on:%d/%m/%Y} : indiquez un jour à "
                f"partir du {self.first_payment:%d/%m/%Y}."
            )
        if self.execution_on and day < self.execution_on:
            return (
                f"Le {day:%d/%m/%Y} précède la date d’exécution demandée à la banque, le {self.execution_on:%d/%m/%Y} "
                ": indiquez un jour à partir de celui-là."
            )
        if day < self.first_payment:
            return self._before_the_file(day)
        return ""

    def rejection_refusal(self, day: date, *, today: date) -> str:
        """Return why the bank cannot have refused a transfer on a day, in French; else nothing."""
        if day > today:
            return f"Le {day:%d/%m/%Y} est à venir : indiquez le jour où la banque a refusé le virement."
        return self._before_the_file(day) if day < self.first_refusal else ""

    def return_refusal(self, day: date, *, paid_on: date | None, today: date) -> str:
        """Return why a transfer cannot have come back on a day, in French; else nothing.

        Args:
            paid_on: when it was paid; None where nobody noted it.
        """
        if day > today:
            return f"Le {day:%d/%m/%Y} est à venir : indiquez le jour où le virement est revenu."
        if paid_on and day < paid_on:
            return (
                f"Le {day:%d/%m/%Y} précède le paiement, constaté le {paid_on:%d/%m/%Y} : un virement revient ce "
                "jour-là ou après."
            )
        if not paid_on and day < self.first_payment:
            return (
                f"Le {day:%d/%m/%Y} précède le jour où la banque fait ce virement, le {self.first_payment:%d/%m/%Y} : "
                "avant ce jour, c’est un rejet."
            )
        return ""

    def _before_the_file(self, day: date) -> str:
        return (
            f"Le {day:%d/%m/%Y} précède le fichier du {self.first_refusal:%d/%m/%Y} où est ce virement : indiquez un "
            "jour à partir de celui-là."
        )
