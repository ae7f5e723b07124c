"""Writes on belonging: members, invitations, identity providers."""

from compliance.people.services.identity import (
    identity_provider_enable,
    identity_provider_set,
    person_by_identity,
)
from compliance.people.services.invitations import (
    invitation_accept,
    invitation_join,
    invitation_mail,
    invitation_withdraw,
    member_invite,
)
from compliance.people.services.members import (
    member_add,
    member_change,
    member_remove,
)

__all__ = [
    "identity_provider_enable",
    "identity_provider_set",
    "invitation_accept",
    "invitation_join",
    "invitation_mail",
    "invitation_withdraw",
    "member_add",
    "member_change",
    "member_invite",
    "member_remove",
    "person_by_identity",
]
