"""Who is looking, and what they may see."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

from compliance.accounts.models import ApiToken, Grant, Membership, Organization, User
from compliance.accounts.scope import Reach, Rooted, rows_within
from compliance.accounts.second_factor import second_factor_missing
from compliance.domain.errors import NotAllowedError, NotFoundError
from compliance.domain.events import EventType
from compliance.domain.rights import THROUGH_GRANT, Action, allowed
from compliance.domain.vocabulary import GrantKind, OrganizationKind, Role, UserKind
from compliance.events.models import Event


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person with their roles, and what they read of other organizations' records.

    Attributes:
        roles: in the organizations that they belong to, whose record they read as a whole.
        reaches: what grants open to them.
    """

    user: User
    roles: Mapping[UUID, Role]
    reaches: tuple[Reach, ...] = ()

    @property
    def readable(self) -> frozenset[UUID]:
        """Organizations of whose record they may read something."""
        return frozenset(self.roles) | {reach.organization_id for reach in self.reaches}

    @property
    def wholes(self) -> frozenset[UUID]:
        """Organizations whose record they may read as a whole."""
        granted = {reach.organization_id for reach in self.reaches if reach.whole}
        return frozenset(self.roles) | granted

    @property
    def cut_by_time(self) -> bool:
        """Whether some grant opens to them only what happened in some time."""
        return any(reach.since or reach.until for reach in self.reaches)

    @property
    def oversees(self) -> bool:
        """Whether they ask providers in the name of an organization of theirs."""
        return any(allowed(Action.ASK, role) for role in self.roles.values())

    def scope(self, **rooted: Any) -> Q:
        """The rows that they may read, for a filter; ``rooted`` are the fields of ``Rooted``."""
        cut = [reach for reach in self.reaches if not reach.whole]
        return rows_within(self.wholes, cut, Rooted(**rooted))

    def may(self, action: Action, organization_id: UUID) -> bool:
        """Whether the rights table lets this person act in that organization."""
        role = self.roles.get(organization_id)
        if role is not None:
            return allowed(action, role)
        return action in THROUGH_GRANT and organization_id in self.readable

    def require(self, action: Action, organization_id: UUID) -> None:
        """Refuse what the rights table does not allow.

        Raises:
            NotFoundError: the viewer may not even know of the organization's record.
            NotAllowedError: the viewer may read it and do no more.
        """
        if organization_id not in self.readable:
            raise NotFoundError("there is nothing by that name that you may see")
        if not self.may(action, organization_id):
            raise NotAllowedError(f"your role does not include: {action.value.replace('_', ' ')}")


def viewer_get(*, user: User, now: datetime) -> Viewer:
    """The viewer that ``user`` is at ``now``; an inactive user reads nothing."""
    if not user.is_active:
        return Viewer(user=user, roles={})
    roles = {
        membership.organization_id: Role(membership.role)
        for membership in Membership.objects.filter(user=user)
    }
    held = (
        Grant.objects.filter(organization__in=roles)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        .exclude(provider__in=roles)
        .annotate(named=ArrayAgg("of_models", filter=Q(of_models__isnull=False), default=[]))
        .order_by()
    )
    return Viewer(user=user, roles=roles, reaches=tuple(_reach(grant) for grant in held))


def _reach(grant: Grant) -> Reach:
    kind, runs = GrantKind(grant.kind), frozenset(grant.of_runs)
    of_models = kind is GrantKind.MODELS or (kind is GrantKind.DISPUTE and not runs)
    return Reach(
        organization_id=grant.provider_id,
        models=frozenset(grant.named) if of_models else None,  # type: ignore[attr-defined]
        runs=runs if kind is GrantKind.DISPUTE and runs else None,
        jurisdiction=grant.jurisdiction,
        since=grant.record_from,
        until=grant.record_to,
    )


def operator_viewer(*, user: User) -> Viewer:
    """The viewer that a member of staff is in the admin: an administrator of everybody's record.

    Only the admin asks for it. In the portal and the API the same person is what their
    memberships say.

    Raises:
        NotAllowedError: the user is no active member of staff.
    """
    if not (user.is_active and user.is_staff):
        raise NotAllowedError("only the operator's staff may do this")
    everybody = list(Organization.objects.values_list("id", flat=True))
    return Viewer(user=user, roles=dict.fromkeys(everybody, Role.ADMINISTRATOR))


def organization_list(*, viewer: Viewer) -> QuerySet[Organization]:
    """The organizations of whose record the viewer may read something."""
    return Organization.objects.filter(id__in=viewer.readable)


def organization_get(*, viewer: Viewer, slug: str) -> Organization:
    """One organization, by its slug.

    Raises:
        NotFoundError: no such organization, or the viewer may not know of its record.
    """
    organization = organization_list(viewer=viewer).filter(slug=slug).first()
    if organization is None:
        raise NotFoundError(f"no organization '{slug}' that you may see")
    return organization


def token_list(*, viewer: Viewer) -> QuerySet[ApiToken]:
    """The viewer's own tokens, newest first."""
    return ApiToken.objects.filter(user=viewer.user).order_by("-created_at", "-id")


def token_get(*, viewer: Viewer, token_id: int) -> ApiToken:
    """One token: one's own, or of a machine of an organization where one employs machines.

    Raises:
        NotFoundError: no such token, or it is not the viewer's to know of.
    """
    token = ApiToken.objects.select_related("user").filter(id=token_id).first()
    if token is None or not _answers_for(viewer, token.user):
        raise NotFoundError(f"no token {token_id} of yours")
    return token


def token_by_text(*, text: str, now: datetime) -> ApiToken | None:
    """The unexpired token that somebody sent, if its owner is active and owes no second factor."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    token = (
        ApiToken.objects.select_related("user")
        .filter(sha256=digest, expires_at__gt=now, user__is_active=True)
        .first()
    )
    if token is None or second_factor_missing(user=token.user):
        return None  # a token must be no way round what is asked of a person
    return token


def alert_answerers(*, organization_id: UUID) -> QuerySet[User]:
    """Those who answer for an organization's alerts."""
    roles = [role.value for role in Role if allowed(Action.ANSWER_ALERT, role)]
    return User.objects.filter(
        memberships__organization_id=organization_id,
        memberships__role__in=roles,
        is_active=True,
        kind=UserKind.PERSON.value,
    ).order_by("email")


def machine_list(*, viewer: Viewer) -> QuerySet[Membership]:
    """Service accounts, with their role, of organizations where the viewer may know who reads."""
    return (
        Membership.objects.filter(
            organization__in=_where(viewer, Action.READ_READERS),
            user__kind=UserKind.SERVICE.value,
        )
        .select_related("user", "organization")
        .prefetch_related("user__api_tokens")
        .order_by("organization__name", "user__name", "id")
    )


def machine_get(*, viewer: Viewer, machine_id: int) -> Membership:
    """One service account of an organization where the viewer employs them, with its role there.

    Raises:
        NotFoundError: no such account, or the viewer may not know of it.
    """
    machine = _employed(viewer).filter(user=machine_id).first()
    if machine is None:
        raise NotFoundError(f"no service account {machine_id} that you may see")
    return machine


def reading_list(*, viewer: Viewer) -> QuerySet[Event]:
    """Who read what of the record of organizations where the viewer may know it, newest first."""
    types = (EventType.RECORD_READ.value, EventType.EVIDENCE_READ.value)
    where = _where(viewer, Action.READ_READERS)
    read = Event.objects.filter(type__in=types, organization__in=where)
    related = read.select_related("actor", "organization", "model", "entry")
    return related.prefetch_related("actor__memberships__organization")


def grants_given(*, viewer: Viewer) -> QuerySet[Grant]:
    """Grants, ended ones too, on the record of organizations where the viewer may know readers."""
    return _grants().filter(provider__in=_where(viewer, Action.READ_READERS))


def grants_held(*, viewer: Viewer, now: datetime) -> QuerySet[Grant]:
    """What the viewer's organizations may read of others, now."""
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return _grants().filter(live, organization__in=viewer.roles)


def grant_get(*, viewer: Viewer, grant_id: int) -> Grant:
    """One grant on the record of an organization where the viewer may grant.

    Raises:
        NotFoundError: no such grant, or the viewer may not know of it.
    """
    grant = _grants().filter(provider__in=_where(viewer, Action.GRANT), id=grant_id).first()
    if grant is None:
        raise NotFoundError(f"no grant {grant_id} that you may see")
    return grant


def grantees() -> QuerySet[Organization]:
    """Who a provider may choose from when it gives a grant: those whose business is to look.

    Deployers are customers, of whom one provider need not learn from another's form.
    """
    watching = (OrganizationKind.REGULATOR, OrganizationKind.ACADEMIC, OrganizationKind.AUDITOR)
    return Organization.objects.filter(kind__in=[kind.value for kind in watching])


def _grants() -> QuerySet[Grant]:
    related = Grant.objects.select_related("organization", "provider", "granted_by")
    return related.prefetch_related("of_models__organization")  # a model is told with its owner


def _employed(viewer: Viewer) -> QuerySet[Membership]:
    return machine_list(viewer=viewer).filter(
        organization__in=_where(viewer, Action.EMPLOY_MACHINES)
    )


def _where(viewer: Viewer, action: Action) -> list[UUID]:
    return [one for one in viewer.roles if viewer.may(action, one)]


def _answers_for(viewer: Viewer, user: User) -> bool:
    if user.kind == UserKind.PERSON.value:
        return user == viewer.user
    return _employed(viewer).filter(user=user).exists()


def alert_recipients(*, organization_id: UUID) -> list[str]:
    """E-mail addresses of those who answer for an organization's alerts."""
    answerers = alert_answerers(organization_id=organization_id)
    return list(answerers.values_list("email", flat=True))
