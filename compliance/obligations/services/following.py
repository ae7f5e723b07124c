"""Making obligations from adopted packs, and telling when one is due or overdue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from compliance.audits.models import Result
from compliance.domain.canonical import Json
from compliance.domain.events import EventType
from compliance.domain.policy.obligations import NoticeKind, starts_at
from compliance.domain.policy.packs import Demand
from compliance.domain.vocabulary import Access
from compliance.events.selectors import event_by_id
from compliance.events.services import event_record
from compliance.obligations.assessing import Assessed, assess
from compliance.obligations.models import Notice, Obligation
from compliance.policies.models import Adoption
from compliance.registry.models import Version
from compliance.registry.selectors import versions_newest

LOOK_EVERY = timedelta(minutes=1)
_TOLD = {
    NoticeKind.DUE: EventType.OBLIGATION_DUE,
    NoticeKind.OVERDUE: EventType.OBLIGATION_OVERDUE,
}


def obligations_follow(*, event_id: UUID) -> None:
    """Make the obligations that an event calls for: a pack adopted, a version or offer changed."""
    organization = event_by_id(event_id=event_id).organization_id
    live = Adoption.objects.filter(organization=organization, dropped_at__isnull=True)
    for adoption_id in live.values_list("id", flat=True):
        _look(adoption_id, timezone.now())


def obligations_tend(*, now: datetime) -> int:
    """Look at every adoption that nobody looked at for a minute; returns how many notices followed.

    Any number of schedulers may call this: the row lock lets one of them take an adoption, and the
    unique (obligation, kind, due_at) key holds even against a lock that failed.
    """
    waiting = Adoption.objects.filter(_unseen(now)).values_list("id", flat=True)
    return sum(_look(adoption_id, now) for adoption_id in waiting)


@transaction.atomic
def _look(adoption_id: UUID, now: datetime) -> int:
    adoption = (
        Adoption.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("pack", "organization")
        .filter(id=adoption_id, dropped_at__isnull=True)
        .first()
    )
    if adoption is None:  # dropped, or another looks
        return 0
    _make(adoption)
    told = _tell_lapsed(adoption, now)
    adoption.looked_at = now
    adoption.save(update_fields=["looked_at"])
    return told


def _make(adoption: Adoption) -> None:
    """Bring the adoption's obligations up to the newest versions and where they are on offer."""
    known = {(row.version_id, row.demand): row for row in adoption.obligations.all()}
    wanted = {(version.id, demand.id): (version, demand) for version, demand in _pairs(adoption)}
    fresh = [_row(adoption, *wanted[key]) for key in wanted.keys() - known.keys()]
    Obligation.objects.bulk_create(fresh, ignore_conflicts=True)
    for in_force in (True, False):
        turned = [
            row.id
            for key, row in known.items()
            if row.in_force is not in_force and (key in wanted) is in_force
        ]
        Obligation.objects.filter(id__in=turned).update(in_force=in_force)


def _pairs(adoption: Adoption) -> Iterator[tuple[Version, Demand]]:
    pack = adoption.pack.pack
    for version in versions_newest(organization_id=adoption.organization_id):
        demands = pack.demands_on(
            jurisdictions=version.model.jurisdictions, access=Access(version.access)
        )
        yield from ((version, demand) for demand in demands)


def _row(adoption: Adoption, version: Version, demand: Demand) -> Obligation:
    began = starts_at(demand, adopted_at=adoption.adopted_at, registered_at=version.registered_at)
    return Obligation(
        adoption=adoption,
        version=version,
        demand=demand.id,
        test_name=demand.test,
        starts_at=began,
        due_at=began,
    )


def _tell_lapsed(adoption: Adoption, now: datetime) -> int:
    """Look again at what nothing answered; a due date moves only when a result is recorded."""
    lapsed = list(
        adoption.obligations.filter(in_force=True, due_at__lte=now).select_related(
            "adoption__pack", "version__model__organization"
        )
    )
    found = assess(lapsed, results=Result.objects.all(), now=now) if lapsed else []
    moved = []
    for one in found:
        if one.obligation.due_at != one.stand.due_at:
            one.obligation.due_at = one.stand.due_at
            moved.append(one.obligation)
    Obligation.objects.bulk_update(moved, ["due_at"])
    return sum(_notice(one, kind, now) for one in found for kind in _kinds(one, now))


def _kinds(one: Assessed, now: datetime) -> Iterable[NoticeKind]:
    if one.stand.due_at <= now:
        yield NoticeKind.DUE
    if one.stand.overdue_at <= now:
        yield NoticeKind.OVERDUE


def _notice(one: Assessed, kind: NoticeKind, now: datetime) -> bool:
    _, made = Notice.objects.get_or_create(
        obligation=one.obligation,
        kind=kind.value,
        due_at=one.stand.due_at,
        defaults={"told_at": now},
    )
    if made:
        version = one.obligation.version
        event_record(
            event_type=_TOLD[kind],
            organization_id=version.model.organization_id,
            subject=f"obligation/{one.obligation.id}",
            payload=_payload(one, kind),
            model_id=version.model_id,
        )
    return made


def _payload(one: Assessed, kind: NoticeKind) -> dict[str, Json]:
    row, demand = one.obligation, one.demand
    return {
        "obligation": str(row.id),
        "pack": str(row.adoption.pack),
        "demand": demand.title,
        "version": str(row.version_id),
        "label": str(row.version),
        "test": demand.test,
        "due_at": one.stand.due_at.isoformat(),
        "statement": _statement(one, kind),
        "path": f"/versions/{row.version_id}/obligations/",
    }


def _statement(one: Assessed, kind: NoticeKind) -> str:
    row, demand = one.obligation, one.demand
    since = (
        f"the newest result that answered it counted until {one.stand.due_at:%Y-%m-%d}"
        if one.result
        else "no result answers it"
    )
    why = f" The stress test cannot speak of this version: {one.reason}." if one.reason else ""
    late = f"late since {one.stand.overdue_at:%Y-%m-%d}"
    until = f"late from {one.stand.overdue_at:%Y-%m-%d}"
    return (
        f"{demand.title}, {row.adoption.pack} ({demand.source}), on {row.version}: {since}; "
        f"{late if kind is NoticeKind.OVERDUE else until}."
        f" Asked for every {demand.period.days} days ({demand.period.source}),"
        f" by {demand.test}.{why}"
    )


def _unseen(now: datetime) -> Q:
    old = Q(looked_at__isnull=True) | Q(looked_at__lte=now - LOOK_EVERY)
    return old & Q(dropped_at__isnull=True)
