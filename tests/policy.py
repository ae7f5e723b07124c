"""The policy pack of ``tests.policy_text``, registered and adopted."""

from __future__ import annotations

from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.obligations.services import obligations_tend, summary_issue
from compliance.policies.models import Adoption, PolicyPack
from compliance.policies.services import pack_adopt, pack_register
from compliance.registry.models import Version
from tests.policy_text import pack_text


def pack_make(version: int = 1) -> PolicyPack:
    """The pack, registered."""
    return pack_register(content=pack_text(version))


def adopted(viewer: Viewer) -> Adoption:
    """The pack, adopted by the viewer's organization, with its obligations."""
    (organization_id,) = viewer.roles
    adoption = pack_adopt(viewer=viewer, pack=pack_make(), organization_id=organization_id)
    obligations_tend(now=timezone.now())
    return adoption


def obliged(viewer: Viewer, version: Version) -> Adoption:
    """The same, with a summary of a version."""
    adoption = adopted(viewer)
    summary_issue(viewer=viewer, version=version, pack=adoption.pack, now=timezone.now())
    return adoption
