"""The steps that actions take together; each calls the service of the single step."""

from __future__ import annotations

from actions.models import VALIDATE, Action
from actions.services import return_action, turn_down_action, validate_action
from association.forms.bulk import ReasonForm
from association.listing.bulk import BulkStep

DECLARED = (Action.State.DECLARED,)

VALIDATE_ACTION = BulkStep(
    name="validate",
    label="Valider",
    permission=VALIDATE,
    states=DECLARED,
    run=lambda action, actor: validate_action(action=action, actor=actor),
    text="Le prochain paiement mensuel paie ce que les règles permettent.",
)
RETURN_ACTION = BulkStep(
    name="return_to_declarant",
    label="Demander de compléter",
    permission=VALIDATE,
    states=DECLARED,
    form=ReasonForm,
    run=lambda action, actor, comment: return_action(action=action, actor=actor, reason=comment),
)
TURN_DOWN_ACTION = BulkStep(
    name="turn_down",
    label="Ne pas retenir",
    permission=VALIDATE,
    states=DECLARED,
    form=ReasonForm,
    run=lambda action, actor, comment: turn_down_action(action=action, actor=actor, reason=comment),
    danger=True,
)
ACTION_STEPS = (VALIDATE_ACTION, RETURN_ACTION, TURN_DOWN_ACTION)
