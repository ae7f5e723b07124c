"""Subscriptions: the list, making one, and one with its webhook's calls, to be made again."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.accounts.selectors import Viewer, organization_list
from compliance.accounts.services import list_reading_tell
from compliance.audits.selectors import delivery_list, subscription_get, subscription_list
from compliance.audits.services import (
    consequence_resolve,
    deliveries_replay,
    subscription_create,
    subscription_pause,
    subscription_reading_tell,
    subscription_resume,
    subscription_secret_rotate,
)
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.events import EventType
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.domain.vocabulary import CallState, Effect
from compliance.portal.catalogue import offered, titles
from compliance.portal.paging import one_of, paged, query_without_page
from compliance.portal.subscription_forms import SubscriptionForm, payload_keys
from compliance.portal.viewing import for_viewer, page
from compliance.registry.selectors import model_get, model_list

if TYPE_CHECKING:
    from compliance.audits.models import Subscription

DAYS = 7
"""How far back the button for all that failed reaches."""


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What is done when something happens."""
    list_reading_tell(viewer=viewer, what=Seen.SUBSCRIPTIONS)
    rows = subscription_list(viewer=viewer).order_by("-created_at")
    return page(
        request,
        viewer,
        "portal/subscriptions/index.html",
        subscriptions=paged(request, rows),
        query=query_without_page(request),
        titles=titles(),
        may_schedule=bool(_scheduled(viewer)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
def create(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Have something done when something happens; a webhook's secret is in the answer alone."""
    organizations = _scheduled(viewer)
    if not organizations:
        raise NotAllowedError("your role does not include: schedule")
    owners = {UUID(key) for key, _ in organizations}
    models = [
        (str(one.id), str(one)) for one in model_list(viewer=viewer).filter(organization__in=owners)
    ]
    form = SubscriptionForm(
        request.POST or None, tests=offered(), organizations=organizations, models=models
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = _made(viewer, form)
        except InvalidInputError as error:
            form.refuse(error)
        else:
            if not made.secret:
                messages.success(request, "The subscription is made.")
                return redirect("portal:subscription", made.id)
            response = _shown(request, viewer, made.id, secret=made.secret)
            response["Cache-Control"] = "no-store"
            return response
    return page(
        request,
        viewer,
        "portal/subscriptions/create.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        form=form,
        payload_keys=payload_keys(),
    )


@require_safe
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, subscription_id: UUID) -> HttpResponse:
    """One subscription, and what became of each call of its webhook."""
    return _shown(request, viewer, subscription_id)


@require_POST
@for_viewer
def replay(request: HttpRequest, viewer: Viewer, subscription_id: UUID) -> HttpResponse:
    """Make one call again, or all that failed in the last days."""
    named = request.POST.get("delivery")
    count = deliveries_replay(
        viewer=viewer,
        subscription=subscription_get(viewer=viewer, subscription_id=subscription_id),
        call_id=UUID(named) if named else None,
        failed_since=None if named else timezone.now() - timedelta(days=DAYS),
    )
    messages.success(request, f"{count} call{'' if count == 1 else 's'} will be made again.")
    return redirect("portal:subscription", subscription_id)


@require_POST
@for_viewer
def rotate(request: HttpRequest, viewer: Viewer, subscription_id: UUID) -> HttpResponse:
    """Show a new secret, this once."""
    found = subscription_get(viewer=viewer, subscription_id=subscription_id)
    changed = subscription_secret_rotate(viewer=viewer, subscription=found)
    response = _shown(request, viewer, subscription_id, secret=changed.secret)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@for_viewer
def pause(request: HttpRequest, viewer: Viewer, subscription_id: UUID) -> HttpResponse:
    """Stop a subscription from doing anything."""
    found = subscription_get(viewer=viewer, subscription_id=subscription_id)
    subscription_pause(viewer=viewer, subscription=found)
    return redirect("portal:subscription", subscription_id)


@require_POST
@for_viewer
def resume(request: HttpRequest, viewer: Viewer, subscription_id: UUID) -> HttpResponse:
    """Let a paused subscription act again."""
    found = subscription_get(viewer=viewer, subscription_id=subscription_id)
    subscription_resume(viewer=viewer, subscription=found)
    return redirect("portal:subscription", subscription_id)


def _made(viewer: Viewer, form: SubscriptionForm) -> Subscription:
    chosen, model = form.cleaned_data, None
    if chosen["model"]:
        model = model_get(viewer=viewer, model_id=UUID(chosen["model"]))
    return subscription_create(
        viewer=viewer,
        organization_id=UUID(chosen["organization"]),
        event_type=EventType(chosen["event_type"]),
        consequence=consequence_resolve(
            effect=Effect(chosen["effect"]),
            battery=chosen["tests"],
            severity=chosen["severity"],
            url=chosen["url"],
            parameters=form.parameters,
        ),
        model=model,
        where=chosen["where"],
    )


def _scheduled(viewer: Viewer) -> list[tuple[str, str]]:
    """Organizations where the viewer says what is done."""
    return [
        (str(organization.id), organization.name)
        for organization in organization_list(viewer=viewer)
        if viewer.may(Action.SCHEDULE, organization.id)
    ]


def _shown(
    request: HttpRequest, viewer: Viewer, subscription_id: UUID, *, secret: str = ""
) -> HttpResponse:
    found = subscription_get(viewer=viewer, subscription_id=subscription_id)
    subscription_reading_tell(viewer=viewer, subscription=found)
    states = [one.value for one in CallState]
    chosen = one_of(request.GET.get("state"), states)
    state = CallState(chosen) if chosen else None
    return page(
        request,
        viewer,
        "portal/subscriptions/detail.html",
        subscription=found,
        calls=paged(request, delivery_list(viewer=viewer, subscription=found, state=state)),
        query=query_without_page(request),
        states=states,
        chosen=chosen,
        secret=secret,
        days=DAYS,
        titles=titles(),
        may_schedule=viewer.may(Action.SCHEDULE, found.organization_id),
    )
