from actions.services.declaring import declare_action, discard_draft, save_and_declare, save_draft, withdraw_action
from actions.services.validating import (
    accept_participation,
    cancel_action,
    lift_deadline,
    refuse_participation,
    return_action,
    turn_down_action,
    validate_action,
)

__all__ = [
    "accept_participation",
    "cancel_action",
    "declare_action",
    "discard_draft",
    "lift_deadline",
    "refuse_participation",
    "return_action",
    "save_and_declare",
    "save_draft",
    "turn_down_action",
    "validate_action",
    "withdraw_action",
]
