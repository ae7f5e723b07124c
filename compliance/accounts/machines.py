"""Service accounts: an organization's machines, with a role, tokens and OAuth 2 clients."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.db import transaction

from compliance.accounts.models import Membership, Organization, User
from compliance.accounts.selectors import Viewer, machine_get
from compliance.accounts.tokens import token_revoke
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.rights import Action, TokenScope
from compliance.domain.vocabulary import Role, UserKind
from compliance.events.services import event_record


class ClientSecret(NamedTuple):
    """What a machine gets tokens with (RFC 6749, section 4.4); the secret is shown once."""

    client_id: str
    secret: str


@transaction.atomic
def machine_add(*, viewer: Viewer, organization_id: UUID, name: str, role: Role) -> Membership:
    """Add a service account with a role in an organization.

    It has no password and its address is one that no mail reaches (RFC 2606), so nobody signs in
    as it.

    Raises:
        InvalidInputError: it would administer: machines appoint no machines.
        NotAllowedError, NotFoundError: the viewer employs no machines there.
    """
    viewer.require(Action.EMPLOY_MACHINES, organization_id)
    if role is Role.ADMINISTRATOR:
        raise InvalidInputError(
            field="role",
            problem="a machine that leaks would give grants and appoint machines",
            fix="Choose another role",
        )
    organization = Organization.objects.get(id=organization_id)
    user = User.objects.create_user(
        email=f"{uuid4().hex}@{organization.slug}.machine.invalid",
        name=name,
        kind=UserKind.SERVICE.value,
    )
    machine = Membership.objects.create(user=user, organization=organization, role=role.value)
    event_record(
        event_type=EventType.SERVICE_ACCOUNT_ADDED,
        organization_id=organization_id,
        subject=f"service_account/{user.pk}",
        payload={"account": name, "role": role.value},
        actor=viewer.user,
    )
    return machine


@transaction.atomic
def machine_end(*, viewer: Viewer, machine_id: int, now: datetime) -> User:
    """Refuse the account, its tokens and its clients from now on.

    Raises:
        NotFoundError: no such account that the viewer may see.
    """
    machine = machine_get(viewer=viewer, machine_id=machine_id)
    user = machine.user
    if not user.is_active:
        return user
    for token in user.api_tokens.filter(expires_at__gt=now):
        token_revoke(token=token, now=now, actor=viewer.user)
    Client.objects.filter(owner=user).delete()
    user.is_active = False
    user.save(update_fields=["is_active"])
    event_record(
        event_type=EventType.SERVICE_ACCOUNT_ENDED,
        organization_id=machine.organization_id,
        subject=f"service_account/{user.pk}",
        payload={"account": user.name},
        actor=viewer.user,
    )
    return user


@transaction.atomic
def client_issue(
    *, viewer: Viewer, machine_id: int, scopes: Collection[TokenScope]
) -> ClientSecret:
    """Issue an OAuth 2 client to a service account, in place of the one that it has.

    Raises:
        InvalidInputError: no scopes.
        NotFoundError: no such account that the viewer may see.
    """
    machine = machine_get(viewer=viewer, machine_id=machine_id)
    if not scopes:
        raise InvalidInputError(
            field="scopes", problem="a client without scopes opens nothing", fix="Choose some"
        )
    Client.objects.filter(owner=machine.user).delete()
    named = sorted(scope.value for scope in set(scopes))
    secret = get_adapter().generate_client_secret()
    client = Client(name=machine.user.name[:100], owner=machine.user)
    client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
    client.set_scopes(named)
    client.set_default_scopes(named)
    client.set_response_types([])
    client.set_secret(secret)
    client.save()
    event_record(
        event_type=EventType.TOKEN_ISSUED,
        organization_id=machine.organization_id,
        subject=f"client/{client.id}",
        payload={
            "token": client.id,
            "owner": machine.user.email,
            "scopes": [*named],
            "expires_at": None,
        },
        actor=viewer.user,
    )
    return ClientSecret(client.id, secret)


def client_of(user: User) -> Client | None:
    """The OAuth 2 client of a service account."""
    return Client.objects.filter(owner=user).first()


def access_token_owner(*, text: str) -> tuple[User, frozenset[TokenScope]] | None:
    """The machine that an unexpired OAuth 2 access token speaks for, and its scopes."""
    found = Token.objects.select_related("client__owner").lookup(Token.Type.ACCESS_TOKEN, text)
    if found is None or found.client is None:
        return None
    owner = found.client.owner
    if owner is None or not owner.is_active or owner.kind != UserKind.SERVICE.value:
        return None
    known = {scope.value: scope for scope in TokenScope}
    return owner, frozenset(known[name] for name in found.get_scopes() if name in known)
