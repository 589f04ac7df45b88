"""``docs/workflows.md`` says what the machines are."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from association.workflow import machines
from association.workflow_page import workflow_page


def test_page_of_the_docs_is_up_to_date(settings: Any) -> None:
    written = (Path(settings.BASE_DIR) / "docs" / "workflows.md").read_text(encoding="utf-8")
    assert written == workflow_page(), "docs/workflows.md n'est plus à jour : lancez « make workflows »."


def test_page_has_every_machine_state_and_step() -> None:
    page = workflow_page()
    for model in machines():
        field = model._meta.get_field("state")
        assert f"(`{model._meta.label}`)" in page
        for code, label in field.flatchoices:  # type: ignore[union-attr]
            assert f"{label} (`{code}`)" in page
        for found in field.get_all_transitions(model):  # type: ignore[union-attr]
            assert f"(`{found.name}`)" in page


def test_check_of_a_stale_page_fails(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    settings.BASE_DIR = tmp_path
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("write_workflows", check=True, stderr=said)
    assert "make workflows" in said.getvalue()
    call_command("write_workflows", stdout=said)
    call_command("write_workflows", check=True)
