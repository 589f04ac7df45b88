"""One step of a list taken by rows, all the way: drawn up, confirmed, done by its job."""

from __future__ import annotations

from typing import Any

from association.jobs import run_job
from association.listing.bulk import BulkStep, Selection
from association.listing.declaration import Listing, listings
from association.models import BulkOperation, User
from association.services.bulk import draw_up_operation, start_operation
from association.tables import TeamTable

Answers = dict[str, list[str]]


def list_with(step: BulkStep, model: Any) -> Listing:
    """Return a list of all rows of a model with one step."""

    class ListOfAll(Listing):
        name = f"tests.{model._meta.label_lower}.{step.name}"
        title, noun = "Essai", "ligne,lignes"
        permission = step.permission
        address = "home"
        table = TeamTable
        bulk = (step,)

        def rows(self, user: User, **about: Any) -> Any:
            return model.objects.all()

    if ListOfAll.name not in listings:
        listings.add(ListOfAll.name, ListOfAll())
    found: Listing = listings[ListOfAll.name]
    return found


def taken(step: BulkStep, model: Any, actor: User, answers: Answers | None = None) -> BulkOperation:
    """Let all rows of a model take a step, and return the operation once its job has ended."""
    listing = list_with(step, model)
    selection = Selection(listing.rows(actor))
    drawn = draw_up_operation(listing=listing, step=step, selection=selection, actor=actor)
    operation = start_operation(operation=drawn, answers=answers or {}, actor=actor)
    assert operation.job is not None
    done = run_job(operation.job.pk)
    assert done is not None
    assert done.state == "done", done.error
    return operation


def said(operation: BulkOperation) -> dict[int, tuple[str, str]]:
    """Return outcome and sentence by the number of the row."""
    rows = operation.items.values_list("object_id", "outcome", "sentence")
    return {pk: (outcome, sentence) for pk, outcome, sentence in rows}
