"""Where alerts go: routes that officers write."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from compliance.accounts.sealing import Purpose, seal
from compliance.accounts.selectors import Viewer
from compliance.alerts.models import AlertRoute, Delivery
from compliance.alerts.services.deliveries import recipients
from compliance.domain.alerts import LONGEST_ESCALATION_MINUTES
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.domain.subscriptions import HEARD_BY
from compliance.domain.vocabulary import Channel, Effect, Occasion, Severity
from compliance.events.services import event_record
from compliance.outbound.notifiers import notifier_check


@dataclass(frozen=True, slots=True)
class Policy:
    """What a route takes, and what becomes of it when nobody answers.

    Attributes:
        event_types: whose alerts it takes; empty for every type.
        first_line: takes alerts as they open; else only what escalates to it.
        critical_minutes, warning_minutes: until an alert that nobody answered escalates; None:
            never.
        escalates_to: the next route's id.
    """

    minimum_severity: Severity = Severity.WARNING
    event_types: tuple[str, ...] = ()
    first_line: bool = True
    critical_minutes: int | None = None
    warning_minutes: int | None = None
    escalates_to: UUID | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a route leads.

    Attributes:
        address: an e-mail address or an Apprise URL, by the channel; empty for members.
    """

    channel: Channel
    address: str = ""


@transaction.atomic
def alert_route_create(
    *,
    viewer: Viewer,
    organization_id: UUID,
    name: str,
    destination: Destination,
    policy: Policy | None = None,
) -> AlertRoute:
    """Send an organization's alerts somewhere.

    Raises:
        InvalidInputError: naming the field.
        NotAllowedError, NotFoundError: the viewer may not route this organization's alerts.
    """
    viewer.require(Action.ROUTE_ALERTS, organization_id)
    route = AlertRoute(organization_id=organization_id, created_by=viewer.user)
    _name(route, name)
    _lead(route, destination)
    _take(route, policy or Policy())
    route.save()
    event_record(
        event_type=EventType.ALERT_ROUTE_CREATED,
        organization_id=organization_id,
        subject=f"alert-route/{route.id}",
        payload={"route": str(route.id), **_described(route)},
        actor=viewer.user,
    )
    return route


@transaction.atomic
def alert_route_change(
    *,
    viewer: Viewer,
    route: AlertRoute,
    name: str,
    policy: Policy,
    destination: Destination | None = None,
) -> AlertRoute:
    """Change a route; without a destination it leads where it led.

    Raises: as ``alert_route_create``.
    """
    viewer.require(Action.ROUTE_ALERTS, route.organization_id)
    locked = AlertRoute.objects.select_for_update().get(id=route.id)
    before = _described(locked)
    _name(locked, name)
    if destination is not None:
        _lead(locked, destination)
    _take(locked, policy)
    locked.save()
    after = _described(locked)
    changes: dict[str, Json] = {key: one for key, one in after.items() if before[key] != one}
    if destination is not None:
        changes["destination"] = locked.shown_destination
    if changes:
        event_record(
            event_type=EventType.ALERT_ROUTE_CHANGED,
            organization_id=locked.organization_id,
            subject=f"alert-route/{locked.id}",
            payload={"route": str(locked.id), "changes": changes},
            actor=viewer.user,
        )
    return locked


@transaction.atomic
def alert_route_try(*, viewer: Viewer, route: AlertRoute) -> list[Delivery]:
    """Send a message that tells of no alert, to see whether it arrives.

    Raises:
        NotAllowedError, NotFoundError: the viewer may not route this organization's alerts.
    """
    viewer.require(Action.ROUTE_ALERTS, route.organization_id)
    return [
        Delivery.objects.create(
            organization_id=route.organization_id,
            route=route,
            recipient=recipient,
            occasion=Occasion.TRIED.value,
            next_attempt_at=timezone.now(),
        )
        for recipient in recipients(route, route.organization_id)
    ]


def policy_of(*, route: AlertRoute) -> Policy:
    """The policy that a route has now, to change some of it."""
    return Policy(
        minimum_severity=Severity(route.minimum_severity),
        event_types=tuple(route.event_types),
        first_line=route.first_line,
        critical_minutes=route.critical_minutes,
        warning_minutes=route.warning_minutes,
        escalates_to=route.escalates_to_id,
        enabled=route.enabled,
    )


def _name(route: AlertRoute, name: str) -> None:
    route.name = name.strip()
    if not route.name:
        raise _refused("name", "a route needs a name", "Say whom it reaches")
    same = AlertRoute.objects.filter(organization_id=route.organization_id, name=route.name)
    if same.exclude(id=route.id).exists():
        raise _refused("name", f"there is a route '{route.name}'", "Choose another name")


def _lead(route: AlertRoute, destination: Destination) -> None:
    address, field = destination.address.strip(), "destination"
    route.channel = destination.channel.value
    route.sealed_destination = route.shown_destination = ""
    if destination.channel is Channel.MEMBERS:
        if address:
            raise _refused(field, "members are reached at their own addresses", "Leave it empty")
        return
    if destination.channel is Channel.MAIL:
        try:
            validate_email(address)
        except ValidationError as error:
            raise _refused(field, "it is no e-mail address", "Give one") from error
        route.shown_destination = address
        return
    route.shown_destination = notifier_check(
        address, field=field, allow_internal=settings.ALLOW_INTERNAL
    )[:300]
    route.sealed_destination = seal(address, Purpose.ALERT_ROUTE)


def _take(route: AlertRoute, policy: Policy) -> None:
    unknown = sorted(set(policy.event_types) - HEARD_BY[Effect.ALERT])
    if unknown:
        raise _refused("event_types", f"'{unknown[0]}' raises no alert", "Name other types")
    for field in ("critical_minutes", "warning_minutes"):
        minutes = getattr(policy, field)
        if minutes is not None and not 1 <= minutes <= LONGEST_ESCALATION_MINUTES:
            within = f"Give 1 to {LONGEST_ESCALATION_MINUTES} minutes"
            raise _refused(field, "that is no time to answer in", within)
    timed = policy.critical_minutes is not None or policy.warning_minutes is not None
    if timed != (policy.escalates_to is not None):
        raise _refused(
            "escalates_to",
            "an escalation needs a time and a next route",
            "Give both, or neither",
        )
    for one in fields(policy):
        if one.name != "escalates_to":
            setattr(route, one.name, getattr(policy, one.name))
    route.event_types = list(policy.event_types)
    route.minimum_severity = policy.minimum_severity.value
    route.escalates_to = _next(route, policy.escalates_to)


def _next(route: AlertRoute, next_id: UUID | None) -> AlertRoute | None:
    """The next route, from which no way leads back."""
    if next_id is None:
        return None
    chosen = AlertRoute.objects.filter(organization_id=route.organization_id, id=next_id).first()
    if chosen is None:
        raise _refused("escalates_to", "there is no such route", "Choose one of this organization")
    seen = {route.id}
    step: AlertRoute | None = chosen
    while step is not None:
        if step.id in seen:
            raise _refused("escalates_to", "it would go round in a circle", "Choose one further on")
        seen.add(step.id)
        step = step.escalates_to
    return chosen


def _described(route: AlertRoute) -> dict[str, Json]:
    """What the record tells of a route: everything but its secrets."""
    policy = asdict(policy_of(route=route))
    return {
        "name": route.name,
        "channel": route.channel,
        "destination": route.shown_destination,
        **policy,
        "event_types": list(route.event_types),
        "escalates_to": str(route.escalates_to_id) if route.escalates_to_id else None,
    }


def _refused(field: str, problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=field, problem=problem, fix=fix)
