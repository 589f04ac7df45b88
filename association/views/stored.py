"""Stored files, handed out."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from association.access import needs
from association.documents import DocumentDamaged
from association.models import Document
from association.services.handing_out import hand_out
from association.services.list_exports import export_without_file


@require_safe
@needs("association.open_document")
def document(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand out a stored file, byte for byte as it was written."""
    found = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    if job := export_without_file(found):
        return redirect("association:job", pk=job.pk)  # it says how to make the file again
    try:
        path = hand_out(document=found, actor=request.user)
    except DocumentDamaged as damaged:
        return render(request, "association/document_damaged.html", {"reason": damaged}, status=500)
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=found.filename, content_type=found.content_type
    )
    # Should a browser show it all the same: in a frame of nothing, and as what it is.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
