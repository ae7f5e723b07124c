"""Registering versions of policy packs; adopting and dropping them."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from compliance.accounts.models import Organization
from compliance.accounts.selectors import Viewer
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, TransitionError
from compliance.domain.events import EventType
from compliance.domain.policy.packs import pack_read
from compliance.domain.rights import Action
from compliance.events.services import event_record
from compliance.policies.models import Adoption, PolicyPack

BUILT_IN = Path(__file__).parent / "packs"
"""The packs that come with Assay, a file each."""


@transaction.atomic
def pack_register(*, content: bytes) -> PolicyPack:
    """Register the version of a pack that a TOML file holds; the same again changes nothing.

    Raises:
        InvalidInputError: it is no pack, or the version was registered with other content: what
            somebody adopted does not change under their hands.
    """
    pack = pack_read(content)
    _in_turn(pack.name)
    known = PolicyPack.objects.filter(name=pack.name, version=pack.version).first()
    if known is not None and known.sha256 == pack.sha256:
        return known
    if known is not None:
        raise InvalidInputError(
            field="pack.version",
            problem=f"{pack} was registered with other content",
            fix=f"Give the changed pack the version {pack.version + 1}",
        )
    row = PolicyPack.objects.create(
        name=pack.name,
        version=pack.version,
        title=pack.title[:200],
        sha256=pack.sha256,
        content=pack.to_json(),
    )
    event_record(
        event_type=EventType.PACK_REGISTERED,
        organization_id=None,
        subject=f"policy_pack/{row.id}",
        payload={"pack": str(pack), "sha256": pack.sha256, "demands": len(pack.demands)},
    )
    return row


def packs_register() -> list[PolicyPack]:
    """Register the packs that come with this release, each that can be.

    Raises:
        InvalidInputError: the first refusal, once all were tried; see ``pack_register``.
    """
    rows, refused = [], []
    for path in sorted(BUILT_IN.glob("*.toml")):
        try:
            rows.append(pack_register(content=path.read_bytes()))
        except InvalidInputError as error:
            refused.append(error)
    if refused:
        raise refused[0]
    return rows


@transaction.atomic
def pack_adopt(*, viewer: Viewer, pack: PolicyPack, organization_id: UUID) -> Adoption:
    """Hold an organization to a pack from now on; another version of the same pack is dropped.

    Raises:
        TransitionError: it was adopted already.
        NotAllowedError, NotFoundError: the viewer may not adopt for the organization.
    """
    viewer.require(Action.ADOPT_PACK, organization_id)
    for other in _in_force(organization_id).filter(pack__name=pack.name).exclude(pack=pack):
        _drop(viewer, other)
    try:
        with transaction.atomic():
            adoption = Adoption.objects.create(
                organization=Organization.objects.get(id=organization_id),
                pack=pack,
                adopted_by=viewer.user,
                adopted_at=timezone.now(),
            )
    except IntegrityError as error:
        raise TransitionError(f"{pack} was adopted already") from error
    _tell(viewer, adoption, EventType.PACK_ADOPTED)
    return adoption


@transaction.atomic
def pack_drop(*, viewer: Viewer, adoption: Adoption) -> Adoption:
    """Hold the organization to the pack no longer; what was met and missed stays in the record.

    Raises:
        TransitionError: it was dropped already.
        NotAllowedError, NotFoundError: the viewer may not drop it.
    """
    viewer.require(Action.ADOPT_PACK, adoption.organization_id)
    held = _in_force(adoption.organization_id).filter(id=adoption.id).first()
    if held is None:
        raise TransitionError(f"{adoption.pack} was dropped already")
    return _drop(viewer, held)


def _in_force(organization_id: UUID) -> QuerySet[Adoption]:
    rows = Adoption.objects.select_for_update(of=("self",)).select_related("pack", "organization")
    return rows.filter(organization=organization_id, dropped_at__isnull=True)


def _drop(viewer: Viewer, adoption: Adoption) -> Adoption:
    adoption.dropped_at, adoption.dropped_by = timezone.now(), viewer.user
    adoption.save(update_fields=["dropped_at", "dropped_by"])
    _tell(viewer, adoption, EventType.PACK_DROPPED)
    return adoption


def _tell(viewer: Viewer, adoption: Adoption, event_type: EventType) -> None:
    payload: dict[str, Json] = {
        "adoption": str(adoption.id),
        "pack": str(adoption.pack),
        "sha256": adoption.pack.sha256,
    }
    event_record(
        event_type=event_type,
        organization_id=adoption.organization_id,
        subject=f"adoption/{adoption.id}",
        payload=payload,
        actor=viewer.user,
    )


def _in_turn(name: str) -> None:
    """Until the transaction ends: two schedulers that start together register each pack once."""
    with connection.cursor() as cursor:
        lock = f"policy pack {name}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
