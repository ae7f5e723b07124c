"""Reading policy packs, which are open to everybody, and adoptions, scoped to the viewer."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from compliance.accounts.models import Organization
from compliance.accounts.selectors import Viewer
from compliance.domain.errors import NotFoundError
from compliance.domain.rights import Action
from compliance.policies.models import Adoption, PolicyPack


def pack_list() -> QuerySet[PolicyPack]:
    """Every registered version, by name, the newest first."""
    return PolicyPack.objects.order_by("name", "-version")


def pack_get(*, pack_id: UUID) -> PolicyPack:
    """One version of a pack.

    Raises:
        NotFoundError: there is none by that id.
    """
    pack = PolicyPack.objects.filter(id=pack_id).first()
    if pack is None:
        raise NotFoundError(f"no policy pack {pack_id}")
    return pack


def adoption_list(*, viewer: Viewer) -> QuerySet[Adoption]:
    """Adoptions, ended ones too, of organizations whose record the viewer reads as a whole."""
    rows = Adoption.objects.filter(viewer.scope(organization="organization"))
    return rows.select_related("organization", "pack", "adopted_by", "dropped_by")


def adoption_get(*, viewer: Viewer, adoption_id: UUID) -> Adoption:
    """One adoption.

    Raises:
        NotFoundError: no such adoption, or the viewer may not know of it.
    """
    adoption = adoption_list(viewer=viewer).filter(id=adoption_id).first()
    if adoption is None:
        raise NotFoundError(f"no adoption {adoption_id} that you may see")
    return adoption


def adoption_of(*, viewer: Viewer, pack: PolicyPack, organization_id: UUID) -> Adoption | None:
    """The adoption of a pack that is in force at an organization."""
    rows = adoption_list(viewer=viewer).filter(pack=pack, organization=organization_id)
    return rows.filter(dropped_at__isnull=True).first()


def adopters(*, viewer: Viewer) -> QuerySet[Organization]:
    """Organizations for which the viewer may adopt and drop packs."""
    mine = [one for one in viewer.roles if viewer.may(Action.ADOPT_PACK, one)]
    return Organization.objects.filter(id__in=mine).order_by("name")
