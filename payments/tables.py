"""The lists of the payments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from association.money import euros, grouped
from association.nomenclature import short_type
from association.tables import CODE, NAMES, NUMBER, DayColumn, InstantColumn, PieceColumn, StateColumn, TeamColumn
from association.workbook.report import french
from payments.models import Price, Run
from payments.price_grid import profession_label
from payments.reasons import explain

MONTH = (
    '{% load house %}<span><a href="{% url "payments:run" record.pk %}">{{ record.month|month|capfirst }}</a>'
    "{% if record.kind == 'opening' %}<span class='soft d-block'>reprise</span>"
    "{% elif record.sequence > 1 %}<span class='soft d-block'>"
    "complémentaire {{ record.sequence }}</span>{% endif %}</span>"
)
CUT = {"CAP_TEAM": "plafond équipe", "CAP_PERSON": "plafond personnel"}


class EurosColumn(tables.Column):
    """Integer cents, shown as euros."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"attrs": NUMBER, **kwargs})

    def render(self, value: int) -> str:
        return euros(value)

    def value(self, value: int) -> Decimal:
        """In a file: euros, exactly."""
        return Decimal(value).scaleb(-2)


class IbanColumn(tables.Column):
    """The end of an IBAN, on a page and in a file."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"verbose_name": "IBAN", "orderable": False, "attrs": CODE, "default": "", **kwargs})

    def render(self, value: str) -> str:
        return f"•••• {value}" if value else ""

    def value(self, value: str) -> str:
        return self.render(value)


class BeneficiaryColumn(tables.Column):
    """Who is owed the money; sorted by name."""

    def __init__(self, **kwargs: Any) -> None:
        order = ("professional__last_name", "professional__first_name", "company__name")
        super().__init__(
            verbose_name="Bénéficiaire",
            accessor="beneficiary",
            order_by=tuple(f"beneficiary__{name}" for name in order),
            attrs=NAMES,
            **kwargs,
        )


class PersonColumn(PieceColumn):
    """Name, and RPPS below."""

    def __init__(self, path: str, **kwargs: Any) -> None:
        template = (
            f"{{% with person=record.{path} %}}<span>{{{{ person.last_name }}}} {{{{ person.first_name }}}}"
            '<span class="soft code d-block">{{ person.rpps }}</span></span>{% endwith %}'
        )
        name = path.replace(".", "__")
        order = (f"{name}__last_name", f"{name}__first_name")
        super().__init__(template, verbose_name="Professionnel", order_by=order, attrs=NAMES, **kwargs)
        self.person = tables.A(name)

    def value(self, record: Any) -> str:
        person = self.person.resolve(record)
        return f"{person.last_name} {person.first_name} ({person.rpps})"


class ActionColumn(PieceColumn):
    """Reference, and below it date and type; sorted by date."""

    def __init__(self, **kwargs: Any) -> None:
        template = (
            '{% with action=record.participation.action %}<span class="code">{{ action.reference }}'
            '<span class="soft d-block">{{ action.held_on|date:"SHORT_DATE_FORMAT" }} · {{ action.type }}</span></span>'
            "{% endwith %}"
        )
        order = ("participation__action__held_on", "participation__action__reference")
        super().__init__(template, verbose_name="Action", order_by=order, **kwargs)

    def value(self, record: Any) -> str:
        action = record.participation.action
        return f"{action.reference}, {action.held_on:%d/%m/%Y}, {short_type(action.type)}"


class RunColumn(PieceColumn):
    """The run of a transfer; sorted by month."""

    def __init__(self, **kwargs: Any) -> None:
        template = (
            '{% load house %}<a href="{% url "payments:run" record.run_id %}">{{ record.run.month|month|capfirst }}</a>'
            "{% if record.run.kind == 'opening' %}<span class='soft'> · reprise</span>"
            "{% elif record.run.sequence > 1 %}"
            "<span class='soft'> · complémentaire {{ record.run.sequence }}</span>{% endif %}"
        )
        order = ("run__month", "run__sequence", "run_id")
        super().__init__(template, verbose_name="Paiement", order_by=order, export="run__month", attrs=CODE, **kwargs)


class RunTable(tables.Table):
    month = PieceColumn(MONTH, verbose_name="Mois", order_by=("month", "sequence", "id"), attrs=CODE)
    state = StateColumn()
    lines_count = tables.Column(verbose_name="Indemnités", attrs=NUMBER)
    due_cents = EurosColumn(verbose_name="Montant")
    paid_cents = EurosColumn(verbose_name="Viré")
    closing_cents = EurosColumn(verbose_name="Reste dû net")
    submitted_by = tables.Column(verbose_name="Soumis par", default="", orderable=False)
    approved_by = tables.Column(verbose_name="Bon à payer de", default="", orderable=False)

    class Meta:
        order_by = "-month"
        empty_text = "Aucun paiement mensuel. Préparez le dernier mois pour commencer."

    def render_lines_count(self, value: int) -> str:
        return grouped(value)

    def value_paid_cents(self, value: int, record: Run) -> Decimal | None:
        return Decimal(value).scaleb(-2) if record.is_frozen and record.state != Run.State.VOIDED else None

    def value_closing_cents(self, value: int, record: Run) -> Decimal | None:
        return Decimal(value).scaleb(-2) if record.is_frozen else None

    def render_paid_cents(self, value: int, record: Run) -> str:
        return euros(value) if record.is_frozen and record.state != Run.State.VOIDED else ""

    def render_closing_cents(self, value: int, record: Run) -> str:
        return euros(value) if record.is_frozen else ""


class LineTable(tables.Table):
    professional = PersonColumn("professional")
    action = ActionColumn()
    team = TeamColumn("team")
    price_cents = EurosColumn(verbose_name="Tarif")
    amount_cents = EurosColumn(verbose_name="Montant")
    kind = tables.Column(verbose_name="Nature", order_by=("kind", "cut_by"))

    class Meta:
        order_by = ()
        empty_text = "Aucune indemnité pour l’instant."

    def render_amount_cents(self, value: int) -> str:
        return format_html('<span class="is-negative">{}</span>', euros(value)) if value < 0 else euros(value)

    def render_kind(self, value: str, record: Any) -> str:
        label = record.get_kind_display()
        if not record.cut_by:
            return label
        cuts = ", ".join(CUT.get(code, code) for code in record.cut_by.split("+"))
        return format_html('{}<span class="soft d-block">écrêtée : {}</span>', label, cuts)


class ExclusionTable(tables.Table):
    """``month`` is the run's: what is excluded since then is new."""

    professional = PersonColumn("participation.professional")
    action = ActionColumn()
    team = TeamColumn("participation__action__team")
    reason = tables.Column(verbose_name="Motif")
    since = PieceColumn(
        "{% load house %}<span>{% if record.since == table.month %}{% badge 'nouveau' 'attention' %}{% else %}"
        "{{ record.since|month }}{% endif %}</span>",
        verbose_name="Depuis",
    )

    class Meta:
        order_by = ()
        empty_text = "Rien n’est écarté."

    def __init__(self, *args: Any, month: date, **kwargs: Any) -> None:
        self.month = month
        super().__init__(*args, **kwargs)

    def render_reason(self, value: str) -> str:
        return french(explain(value).label)

    def value_reason(self, value: str) -> str:
        return french(explain(value).label)


class PaymentTable(tables.Table):
    """The transfers of all runs."""

    reference = tables.Column(
        verbose_name="Référence", attrs=CODE, linkify=("payments:payment", {"pk": tables.A("pk")})
    )
    beneficiary = BeneficiaryColumn()
    run = RunColumn()
    amount_cents = EurosColumn(verbose_name="Montant")
    state = StateColumn()
    paid_on = DayColumn(verbose_name="Payé le")
    holder = tables.Column(verbose_name="Titulaire du compte")
    iban_last4 = IbanColumn()
    bank_reason = tables.Column(verbose_name="Motif de la banque", attrs=CODE, default="")

    class Meta:
        order_by = ()
        empty_text = "Aucun virement pour l’instant."


class AccountTable(tables.Table):
    beneficiary = BeneficiaryColumn(linkify=("payments:account", {"pk": tables.A("pk")}))
    holder = tables.Column(verbose_name="Titulaire du compte", attrs=NAMES)
    iban_last4 = IbanColumn()
    bic = tables.Column(verbose_name="BIC", attrs=CODE, default="")
    state = StateColumn()
    entered_by = tables.Column(verbose_name="Saisi par", accessor="entered_by__full_name")
    entered_at = InstantColumn(verbose_name="Saisi le")
    verified_by = tables.Column(verbose_name="Vérifié par", accessor="verified_by__full_name", default="")
    verified_at = InstantColumn(verbose_name="Vérifié le")

    class Meta:
        order_by = "-entered_at"
        empty_text = "Aucun compte pour l’instant."


class RunPaymentTable(tables.Table):
    """The transfers of one run."""

    beneficiary = BeneficiaryColumn()
    holder = tables.Column(verbose_name="Titulaire du compte", attrs=NAMES)
    iban_last4 = IbanColumn()
    reference = tables.Column(
        verbose_name="Référence", attrs=CODE, linkify=("payments:payment", {"pk": tables.A("pk")})
    )
    amount_cents = EurosColumn(verbose_name="Montant")
    state = StateColumn()

    class Meta:
        order_by = ()
        empty_text = "Aucun virement pour l’instant."


class PriceHistoryTable(tables.Table):
    """Prices with what held before (payments.selectors.prices.price_history)."""

    what = tables.Column(
        verbose_name="Tarif", accessor="action_type", order_by=("action_type", "role", "profession"), attrs=NAMES
    )
    kind = tables.Column(verbose_name="Nature", accessor="get_kind_display", order_by="kind", attrs=CODE)
    starts_on = DayColumn(verbose_name="En vigueur le")
    version = tables.Column(verbose_name="Version", attrs=NUMBER)
    before_cents = EurosColumn(verbose_name="Avant", default="")
    amount_cents = EurosColumn(verbose_name="Montant")
    before_cap = tables.Column(verbose_name="Nombre avant", default="", attrs=NUMBER)
    yearly_cap = tables.Column(verbose_name="Nombre par an", default="", attrs=NUMBER)
    published_by = tables.Column(verbose_name="Publié par", accessor="published_by__full_name", default="")
    published_at = InstantColumn(verbose_name="Publié le")

    class Meta:
        order_by = "-published_at"
        empty_text = "Aucun tarif n’est publié."

    def render_what(self, record: Price) -> str:
        return format_html(
            '<span>{}, {}<span class="soft small d-block">{}</span></span>',
            short_type(record.action_type),
            record.get_role_display().lower(),
            profession_label(record.profession),
        )

    def value_what(self, record: Price) -> str:
        role = record.get_role_display().lower()
        return f"{short_type(record.action_type)}, {role}, {profession_label(record.profession)}"


class DebtTable(tables.Table):
    """Beneficiaries with what they owe (payments.selectors.recoveries.debtors)."""

    name = tables.Column(
        verbose_name="Bénéficiaire",
        empty_values=(),
        order_by=("professional__last_name", "professional__first_name", "company__name"),
        attrs=NAMES,
    )
    debt_cents = EurosColumn(verbose_name="À rembourser")
    request_number = tables.Column(verbose_name="Demande", empty_values=(), attrs=CODE)

    class Meta:
        order_by = "-debt_cents"
        empty_text = "Personne ne doit rien à l’association."

    def __init__(self, *args: Any, may_ask: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_ask = may_ask

    def render_name(self, record: Any) -> str:
        if not record.professional:
            return format_html('<span>{}<span class="soft small d-block">société</span></span>', record)
        return format_html(
            '<span><a href="{}">{}</a><span class="soft small code d-block">{}</span></span>',
            reverse("association:professional", args=[record.professional_id]),
            record,
            record.professional.rpps,
        )

    def value_name(self, record: Any) -> str:
        return str(record)

    def render_request_number(self, record: Any) -> str:
        if record.request_id:
            url = reverse("payments:repayment", args=[record.request_id])
            return format_html('<a href="{}">{}</a>', url, record.request_number)
        if not self.may_ask:
            return ""
        return format_html('<a href="{}">Demander</a>', reverse("payments:repayment_ask", args=[record.pk]))

    def value_request_number(self, record: Any) -> str:
        return record.request_number or ""


class RepaymentTable(tables.Table):
    number = tables.Column(verbose_name="Numéro", linkify=("payments:repayment", {"pk": tables.A("pk")}), attrs=CODE)
    beneficiary = BeneficiaryColumn()
    state = StateColumn()
    amount_cents = EurosColumn(verbose_name="Demandé")
    recovered_cents = EurosColumn(verbose_name="Revenu ou abandonné", default="")
    requested_on = DayColumn(verbose_name="Demandé le")
    due_on = DayColumn(verbose_name="Avant le")
    requested_by = tables.Column(verbose_name="Par", accessor="requested_by__full_name", default="")

    class Meta:
        order_by = "-requested_on"
        empty_text = "Aucune demande de remboursement."


class MonthColumn(tables.Column):
    """A month, in figures."""

    def render(self, value: date) -> str:
        return f"{value:%m/%Y}"


class ScenarioTable(tables.Table):
    name = tables.Column(verbose_name="Simulation", linkify=("payments:scenario", {"pk": tables.A("pk")}), attrs=NAMES)
    first_month = MonthColumn(verbose_name="De", attrs=CODE)
    last_month = MonthColumn(verbose_name="À", attrs=CODE)
    computed_at = InstantColumn(verbose_name="Calculée le")
    created_by = tables.Column(verbose_name="Par", accessor="created_by__full_name", default="")
    created_at = InstantColumn(verbose_name="Créée le")

    class Meta:
        order_by = "-created_at"
        empty_text = "Aucune simulation."
