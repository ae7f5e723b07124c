"""No page leads its reader to what they may not open: every link of every page, by every role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from compliance.accounts.models import Organization
from compliance.accounts.services import GrantScope, grant_give
from compliance.audits.models import Run
from compliance.disputes.models import Dispute
from compliance.domain.vocabulary import GrantKind, OrganizationKind
from tests.cast import Cast, administrator_of
from tests.rights.addresses import path_of
from tests.rights.needs import Caller
from tests.rights.people import World
from tests.rights.table import HEAVY, PORTAL
from tests.second_factors import sign_in

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a\b[^>]*?\bhref="(/[^"#]*)')
KEPT = ("/docket/", "/bundle/", "/proof/", "/report/", "/chart.", "/accounts/", "/admin/")
"""Files, which the matrix asks for, and pages that are another's."""
READERS = (
    "northwind administrator",
    "regulator by grant",
    "reviewer by grant",
    "grant on this model",
    "rival",
)
"""One from each side: the other roles read what one of these reads, and are offered less."""


def test_no_page_links_to_what_its_reader_may_not_open(world: World, cast: Cast) -> None:
    dead = {}
    readers = {name: world.callers[name] for name in READERS}
    readers["grant on a time"] = _reader_of_a_time(world, cast)
    for who, caller in readers.items():
        client = Client(raise_request_exception=False)
        assert caller.user
        sign_in(client, caller.user)
        for page, link, status in _dead_links(world, client):
            dead[who, page, link] = status
    assert not dead, "\n".join(map(str, dead.items()))


def test_a_claimant_goes_back_from_the_ordered_run_to_its_docket(world: World) -> None:
    dispute = Dispute.objects.get(state="running")
    client = Client()
    caller = world.callers["northwind compliance_officer"]
    assert caller.user
    sign_in(client, caller.user)
    text = client.get(f"/runs/{dispute.battery.draw.run_id}/").content.decode()
    crumbs = text[text.index('class="crumbs"') :].partition("</nav>")[0]
    assert LINK.findall(crumbs) == ["/disputes/", f"/disputes/{dispute.id}/"]


def _reader_of_a_time(world: World, cast: Cast) -> Caller:
    """Whoever may read from the second run on: what that refers back to is closed to them."""
    second = Run.objects.filter(version=world.at["version_id"]).order_by("requested_at")[1]
    slug = "from-the-second-run"
    holder = Organization.objects.create(slug=slug, name=slug, kind=OrganizationKind.ACADEMIC.value)
    admin = world.callers["northwind administrator"].user
    assert admin
    grant_give(
        viewer=cast.viewer(admin),
        organization=holder,
        provider=cast.northwind,
        scope=GrantScope(kind=GrantKind.RECORD, record_from=second.requested_at),
        expires_at=timezone.now() + timedelta(days=1),
    )
    return Caller(administrator_of(holder))


def _dead_links(world: World, client: Client) -> Iterator[tuple[str, str, int]]:
    """Page, link and status of each link that leads nowhere; each link is followed once."""
    pages = [
        path_of(world, one) for one, row in PORTAL.items() if "get" in row and one not in HEAVY
    ]
    running = Dispute.objects.get(state="running")
    pages += [f"/runs/{running.battery.draw.run_id}/", f"/disputes/{running.id}/"]
    drawn = {page: client.get(page) for page in dict.fromkeys(pages)}
    followed = {page: answered.status_code for page, answered in drawn.items()}
    for page, answered in drawn.items():
        if answered.status_code != 200 or "html" not in answered["Content-Type"]:
            continue
        for link in sorted(set(map(unescape, LINK.findall(answered.content.decode())))):
            if any(part in link for part in KEPT):
                continue
            if link not in followed:
                followed[link] = client.get(link).status_code
            if followed[link] >= 400:
                yield page, link, followed[link]
