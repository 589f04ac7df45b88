"""What a professional has signed, as a part of their page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from association.access import needs
from association.models import Professional
from conventions.selectors.people import signatures_of


@require_safe
@needs("conventions.view_text")
def of_professional(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person's signatures, as a part of their page."""
    person = get_object_or_404(Professional.objects.visible_to(request.user), pk=pk)
    page = {"person": person, "signatures": signatures_of(person, user=request.user)}
    return render(request, "conventions/of_professional.html", page)
