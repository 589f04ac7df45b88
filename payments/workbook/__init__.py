"""The payment workbook of a frozen run: what is paid, why, what is not, and the proof that it adds up.

On `association.typed_sheets`. `reading`: what is read, in batches. `lists`: the four lists. `controls`: the proof.
"""

from __future__ import annotations

from pathlib import Path

from association.registries import Progress
from association.typed_sheets import workbook_at
from payments.models import Run
from payments.workbook.controls import WorkbookUnbalanced, write_controls
from payments.workbook.lists import Lists
from payments.workbook.reading import teams

__all__ = ["WorkbookUnbalanced", "write_payment_workbook"]


def write_payment_workbook(run: Run, path: Path, progress: Progress | None = None, *, whole_ibans: bool = True) -> None:
    """Write the workbook of a frozen run to ``path``.

    Sheets ``Paiements``, ``Détail``, ``Non indemnisés``, ``Reports``, ``Contrôles``. Rows are read in batches and
    written at once: memory does not grow with them. The same run in the same state gives the same bytes.

    Args:
        progress: told of every batch of payments, lines and exclusions.
        whole_ibans: else the end of each only, for a workbook that people read who may not see one.

    Raises:
        ValueError: for a run that is not frozen; it has provisional lines only.
        WorkbookUnbalanced: when what was written is not what was frozen; no file is left.
    """
    if not run.is_frozen:
        raise ValueError(f"run {run.name} is {run.state}: its lines are provisional")
    made_at = run.approved_at or run.created_at
    with workbook_at(path, title=f"Paiement mensuel {run.name}", made_at=made_at) as workbook:
        all_teams = teams()
        tally = Lists(workbook, run, all_teams, progress, whole_ibans).write()
        write_controls(workbook, run, all_teams, tally)
