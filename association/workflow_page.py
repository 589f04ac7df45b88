"""The page ``docs/workflows.md``: every machine as a drawing and as a table, read from the code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from association.machine import Guard, Stateful, state_field
from association.models import Role
from association.permissions import roles_with
from association.workflow import machines

HEAD = """# États et étapes

Page écrite par `make workflows` d'après les machines du code ; un test échoue quand elle n'est plus à jour.

Un état ne change que par `association.workflow.fire` (ou `enter_at` à la reprise de données) : la ligne est verrouillée
et relue, le droit et les conditions sont vérifiés, l'historique est écrit dans la même transaction.
"""
COLUMNS = ("étape", "de", "vers", "droit", "rôles", "conditions", "motif")


def workflow_page() -> str:
    """Return the whole page, in Markdown."""
    return "\n".join([HEAD, *(_machine(model) for model in machines())])


def _machine(model: type[Stateful]) -> str:
    field = state_field(model)
    labels = {code: str(label) for code, label in field.flatchoices}
    order = list(labels)
    found = sorted(
        field.get_all_transitions(model),
        key=lambda one: (one.name, order.index(one.source) if one.source in labels else -1),
    )
    states = ", ".join(f"{label} (`{code}`)" for code, label in labels.items())
    parts = [
        f"## {str(model._meta.verbose_name).capitalize()} (`{model._meta.label}`)",
        f"États : {states}. Au départ : {labels[field.default]}.",
        _drawing(found, labels, field.default),
        _table(found, labels),
    ]
    return "\n\n".join(parts) + "\n"


def _drawing(found: Iterable[Any], labels: dict[str, str], start: str) -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{label}" as {code}' for code, label in labels.items()]
    lines.append(f"    [*] --> {start}")
    for one in found:
        sources = [code for code in labels if code != one.target] if one.source in ("*", "+") else [one.source]
        lines += [f"    {source} --> {one.target} : {one.custom['label']}" for source in sources]
    return "\n".join([*lines, "```"])


def _table(found: list[Any], labels: dict[str, str]) -> str:
    rows = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    for name in dict.fromkeys(one.name for one in found):
        ways = [one for one in found if one.name == name]
        custom = ways[0].custom
        cells = (
            f"{custom['label']} (`{name}`)",
            ", ".join(labels.get(way.source, "tout état") for way in ways),
            labels[ways[0].target],
            f"`{custom['permission']}`",
            ", ".join(str(Role(role).label) for role in Role.values if role in roles_with(custom["permission"])),
            ", ".join(_condition(guard) for guard in custom["guards"]) or "–",
            "demandé" if custom["needs_comment"] else "–",
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _condition(guard: Guard) -> str:
    """The name of the guard, or of the function that made it."""
    return f"`{guard.__qualname__.partition('.<locals>')[0]}`"
