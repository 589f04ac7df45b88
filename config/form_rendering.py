"""How a Django form looks: label, help, input, then the error beside it (``templates/forms``)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates

# Django includes two templates for each option; a filter by team has hundreds.
OWN = {"django/forms/widgets/select.html": "forms/select.html"}


class HouseBoundField(BoundField):
    """A field that gives its widget Bootstrap's class, so that a form declares fields and no CSS."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        classes = [widget.attrs.get("class", ""), css_class_of(widget)]
        if self.errors:
            classes.append("is-invalid")
        if any(classes):
            built["class"] = " ".join(filter(None, classes))
        built["placeholder"] = False  # gone once one types; the help text stays
        return built


def css_class_of(widget: forms.Widget) -> str:
    """Return Bootstrap's class for a widget, or nothing for one that hides or that styles its own choices."""
    match widget:
        case forms.HiddenInput() | forms.MultipleHiddenInput():
            return ""
        case forms.RadioSelect() | forms.CheckboxSelectMultiple():
            return ""
        case forms.CheckboxInput():
            return "form-check-input"
        case forms.Select():
            return "form-select"
        case _:
            return "form-control"


class HouseRenderer(DjangoTemplates):
    """The templates of the house; a list to choose from is written by one of its own (``forms/select.html``)."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = HouseBoundField

    def get_template(self, template_name: str) -> Any:
        return super().get_template(OWN.get(template_name, template_name))
