"""The people of the tests, who were there before the record began: no event tells of them.

An officer and an engineer of Northwind, an engineer of a rival provider, a regulator and a
reviewer with a grant on Northwind, and an outsider who must see nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from compliance.accounts.models import Grant, Membership, Organization, User
from compliance.accounts.selectors import Viewer, viewer_get
from compliance.accounts.services import organization_create
from compliance.domain.rights import SECOND_FACTOR
from compliance.domain.vocabulary import OrganizationKind, Role
from tests.second_factors import totp_give

PASSWORD = "correct-horse-battery-staple"


@dataclass(frozen=True)
class Cast:
    """Who plays in a test; viewers are made afresh so that they see later grants."""

    northwind: Organization
    rival: Organization
    authority: Organization
    officer: User
    engineer: User
    rival_engineer: User
    regulator: User
    reviewer: User
    outsider: User

    def appoint(self, role: Role) -> User:
        """Somebody else at Northwind, with a role and the second factor that it asks for."""
        user = person(f"other-{role.value}", self.northwind, role)
        return totp_give(user) if role in SECOND_FACTOR else user

    @staticmethod
    def viewer(user: User) -> Viewer:
        return viewer_get(user=user, now=timezone.now())


def assemble() -> Cast:
    """Create the organizations, the people and the grants."""
    northwind = organization_create(
        slug="northwind", name="Northwind AI", kind=OrganizationKind.PROVIDER
    )
    rival = organization_create(slug="rival", name="Rival AI", kind=OrganizationKind.PROVIDER)
    authority = organization_create(
        slug="authority", name="AI Oversight Authority", kind=OrganizationKind.REGULATOR
    )
    university = organization_create(
        slug="university", name="University", kind=OrganizationKind.ACADEMIC
    )
    elsewhere = organization_create(
        slug="elsewhere", name="Elsewhere", kind=OrganizationKind.DEPLOYER
    )
    # As an older release kept them: giving one is an event, which is tested where it is the point.
    Grant.objects.create(organization=authority, provider=northwind)
    Grant.objects.create(organization=university, provider=northwind)

    return Cast(
        northwind=northwind,
        rival=rival,
        authority=authority,
        officer=person("officer", northwind, Role.COMPLIANCE_OFFICER),
        engineer=person("engineer", northwind, Role.ENGINEER),
        rival_engineer=person("engineer", rival, Role.ENGINEER),
        regulator=totp_give(person("regulator", authority, Role.REGULATOR)),
        reviewer=totp_give(person("reviewer", university, Role.REVIEWER)),
        outsider=person("outsider", elsewhere, Role.COMPLIANCE_OFFICER),
    )


def administrator_of(organization: Organization) -> User:
    """Somebody who manages an organization's people, with a second factor."""
    return totp_give(person("administrator", organization, Role.ADMINISTRATOR))


def person(name: str, organization: Organization, role: Role) -> User:
    """Somebody with a role, who signs in by ``PASSWORD``."""
    email = f"{name}@{organization.slug}.example"
    user = User.objects.create_user(email, PASSWORD, name=name)
    Membership.objects.create(user=user, organization=organization, role=role.value)
    return user
