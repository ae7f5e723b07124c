"""One's own sessions: ending one of them. allauth lists them, and ends all others at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import session_end
from compliance.portal.viewing import for_viewer


@require_POST
@for_viewer
def end(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """Sign out of one session; of this one, too."""
    session_end(viewer=viewer, session_id=session_id)
    messages.success(request, "That session is ended.")
    return redirect("usersessions_list")
