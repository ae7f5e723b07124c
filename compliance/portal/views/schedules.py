"""Schedules: the list, one with its firings; making, copying, pausing, resuming and ending one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell, model_reading_tell
from compliance.audits.selectors import (
    firing_list,
    schedule_get,
    schedule_list,
    schedule_rule,
)
from compliance.audits.services import (
    battery_like,
    battery_with,
    schedule_create,
    schedule_end,
    schedule_pause,
    schedule_resume,
)
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.domain.schedules import Rule, next_firings, slots_preview
from compliance.domain.vocabulary import CatchUp
from compliance.portal.catalogue import offered, titles
from compliance.portal.paging import paged, query_without_page
from compliance.portal.schedule_forms import RuleForm, ScheduleForm, copy_of
from compliance.portal.viewing import for_viewer, fragment, page
from compliance.registry.selectors import model_get, model_list

if TYPE_CHECKING:
    from compliance.audits.models import Schedule


@dataclass(frozen=True, slots=True)
class Moment:
    """A firing as the world and as the schedule's zone count it."""

    at: datetime
    local: datetime


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every schedule with its rule and next firing; those that have ended come last."""
    list_reading_tell(viewer=viewer, what=Seen.SCHEDULES)
    return page(
        request,
        viewer,
        "portal/schedules/index.html",
        schedules=paged(request, schedule_list(viewer=viewer)),
        query=query_without_page(request),
        titles=titles(),
        may_schedule=bool(_schedulable(viewer)),
    )


@require_safe
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, schedule_id: UUID) -> HttpResponse:
    """One schedule: its rule, what comes next, what became of past firings."""
    schedule = schedule_get(viewer=viewer, schedule_id=schedule_id)
    model_reading_tell(
        viewer=viewer,
        what=Seen.SCHEDULE,
        model=schedule.model,
        subject=f"schedule/{schedule.id}",
    )
    rule = schedule_rule(schedule=schedule)
    return page(
        request,
        viewer,
        "portal/schedules/detail.html",
        schedule=schedule,
        upcoming=[] if schedule.paused_at else _upcoming(rule),
        firings=paged(request, firing_list(viewer=viewer, schedule=schedule)),
        query=query_without_page(request),
        titles=titles(),
        may_schedule=viewer.may(Action.SCHEDULE, schedule.model.organization_id),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
def create(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Schedule stress tests on a model."""
    models = _schedulable(viewer)
    if not models:
        raise NotAllowedError("your role does not include: schedule")
    copied = _copied(request, viewer)
    initial = copy_of(copied) if copied else {"model": request.GET.get("model", "")}
    form = ScheduleForm(request.POST or None, models=models, tests=offered(), initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            schedule = schedule_create(
                viewer=viewer,
                model=model_get(viewer=viewer, model_id=UUID(chosen["model"])),
                name=chosen["name"],
                battery=battery_with(
                    battery=battery_like(names=chosen["tests"], schedule=copied),
                    parameters=form.parameters,
                ),
                rule=replace(form.rule(now=timezone.now()), catch_up=CatchUp(chosen["catch_up"])),
                token_budget=chosen["token_budget"],
            )
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, f"“{schedule.name}” is scheduled.")
            return redirect("portal:schedule", schedule.id)
    return page(
        request,
        viewer,
        "portal/schedules/create.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        form=form,
        copied=copied,
        zones=sorted(available_timezones()),
    )


@require_safe
@for_viewer
def preview(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The next five firings of a rule that is still being written."""
    form = RuleForm(request.GET)
    context: dict[str, object] = {}
    if not (request.GET.get("cron") or request.GET.get("every")):
        context["problem"] = "Give a cron expression or an interval to see the next firings."
    elif form.is_valid():
        now = timezone.now()
        try:
            context["upcoming"] = _preview(form.rule(now=now), now)
        except InvalidInputError as error:
            form.refuse(error)
    if form.errors:
        context["problem"] = " ".join(
            f"{form[name].label}: {' '.join(map(str, said))}" for name, said in form.errors.items()
        )
    return fragment(request, "portal/schedules/_preview.html", **context)


@require_POST
@for_viewer
def pause(request: HttpRequest, viewer: Viewer, schedule_id: UUID) -> HttpResponse:
    """Stop a schedule from firing."""
    schedule = schedule_get(viewer=viewer, schedule_id=schedule_id)
    schedule_pause(viewer=viewer, schedule=schedule)
    messages.success(request, f"“{schedule.name}” is paused.")
    return redirect("portal:schedule", schedule.id)


@require_POST
@for_viewer
def resume(request: HttpRequest, viewer: Viewer, schedule_id: UUID) -> HttpResponse:
    """Let a paused schedule fire again."""
    schedule = schedule_get(viewer=viewer, schedule_id=schedule_id)
    schedule_resume(viewer=viewer, schedule=schedule)
    messages.success(request, f"“{schedule.name}” fires again.")
    return redirect("portal:schedule", schedule.id)


@require_POST
@for_viewer
def end(request: HttpRequest, viewer: Viewer, schedule_id: UUID) -> HttpResponse:
    """Stop a schedule for good."""
    schedule = schedule_get(viewer=viewer, schedule_id=schedule_id)
    schedule_end(viewer=viewer, schedule=schedule)
    messages.success(request, f"“{schedule.name}” has ended. It and its firings stay here.")
    return redirect("portal:schedule", schedule.id)


def _copied(request: HttpRequest, viewer: Viewer) -> Schedule | None:
    """The schedule that the address asks to begin with."""
    try:
        key = UUID(request.GET.get("copy", ""))
    except ValueError:
        return None
    return schedule_get(viewer=viewer, schedule_id=key)


def _upcoming(rule: Rule) -> list[Moment]:
    return _moments(rule, next_firings(rule, after=timezone.now()))


def _preview(rule: Rule, now: datetime) -> list[Moment]:
    return _moments(rule, slots_preview(rule, after=now))


def _moments(rule: Rule, firings: list[datetime]) -> list[Moment]:
    zone = ZoneInfo(rule.time_zone)
    return [Moment(at=at, local=at.astimezone(zone)) for at in firings]


def _schedulable(viewer: Viewer) -> list[tuple[str, str]]:
    return [
        (str(model.id), str(model))
        for model in model_list(viewer=viewer)
        if viewer.may(Action.SCHEDULE, model.organization_id)
    ]
