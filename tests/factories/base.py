"""What the factories share: an object with a state enters at it, with its row in the history."""

from __future__ import annotations

from typing import Any

import factory
from factory.django import DjangoModelFactory

from association.models import User
from association.workflow import enter_at


class StatefulFactory(DjangoModelFactory):
    """Creates an object in the state ``state``, as an import would (`association.workflow.enter_at`)."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        state = kwargs.pop("state", model_class._meta.get_field("state").default)
        return enter_at([(model_class(**kwargs), str(state))], actor=User.objects.system(), origin="test")[0]


def at(state: str, **fields: Any) -> factory.Trait:
    """Return the trait of a state, with the fields that the state asks for."""
    return factory.Trait(state=state, **fields)
