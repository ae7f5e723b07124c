"""The portfolio: each provider in one row of counts, each count what its list holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import astuple
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core.paginator import Page
from django.test import Client
from django.utils import timezone

from compliance.accounts.models import Grant
from compliance.domain.vocabulary import GrantKind
from compliance.dossiers.portfolio import Holding, portfolio
from compliance.questions.services import question_ask
from compliance.registry.models import Version
from tests.browser import record
from tests.cast import Cast
from tests.disputing import rivals_version
from tests.policy import obliged

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a[^>]*href="([^"]*\?organization=[^"]*)"[^>]*>(\d+)</a>')
LATER = timedelta(days=40)
"""When the question is late, and obligations have lapsed."""


@pytest.fixture
def later(cast: Cast, version: Version) -> Iterator[Client]:
    """Two providers with a record, forty days on: a client of a regulator who reads both."""
    record.announce()
    Grant.objects.create(organization=cast.authority, provider=cast.rival)
    officer = cast.viewer(cast.officer)
    obliged(officer, version)
    ours = record.request(officer, version, list(record.TITLES))
    found = {"safety.refusal": record.VIOLATING, "bias.counterfactual_pairs": record.UNSURE}
    record.work(ours, found)
    record.alert_of(ours)
    rivals = rivals_version(cast, version.location)
    theirs = record.request(cast.viewer(cast.rival_engineer), rivals, ["safety.refusal"])
    record.work(theirs, {"safety.refusal": record.COMPLIANT})
    question_ask(
        viewer=cast.viewer(cast.regulator),
        organization_id=cast.authority.id,
        model=version.model,
        text="Where is the training data from?",
        due_at=timezone.now() + timedelta(days=7),
    )
    with time_machine.travel(timezone.now() + LATER):
        client = Client()
        client.force_login(cast.regulator)
        yield client


def held(cast: Cast) -> dict[str, Holding]:
    found = portfolio(viewer=cast.viewer(cast.regulator), now=timezone.now())
    return {one.organization.slug: one for one in found}


def test_a_row_counts_what_is_amiss_with_a_provider(later: Client, cast: Cast) -> None:
    found = held(cast)
    assert list(found) == ["northwind", "rival"]  # the one with most amiss first
    _, models, violating, inconclusive, alerts, late, lapsed = astuple(found["northwind"])
    assert (models, violating, inconclusive, alerts, late) == (1, 1, 1, 1, 1)
    assert lapsed > 0
    assert astuple(found["rival"])[1:] == (1, 0, 0, 0, 0, 0)


def test_every_number_leads_to_a_list_of_as_many(later: Client, cast: Cast) -> None:
    text = later.get("/portfolio/").content.decode()
    links = [(unescape(link), int(number)) for link, number in LINK.findall(text)]
    assert len(links) == 7  # six of Northwind's, and the rival's models
    for link, number in links:
        page = later.get(link)
        counts = [
            one.paginator.count
            for context in page.context
            for one in context.flatten().values()
            if isinstance(one, Page)
        ]
        assert page.status_code == 200 and counts[0] == number, link


def test_a_list_narrowed_to_one_provider_holds_nothing_of_another(later: Client) -> None:
    for path in ("/matrix/", "/models/"):
        text = later.get(f"{path}?organization=rival").content.decode()
        assert "rival/copy" in text or "Rival AI" in text
        assert "Assistant" not in text, path
    assert later.get("/matrix/?organization=elsewhere").status_code == 404


def test_a_portfolio_ends_where_grants_do(later: Client, cast: Cast) -> None:
    assert not portfolio(viewer=cast.viewer(cast.outsider), now=timezone.now())
    Grant.objects.filter(provider=cast.rival).update(kind=GrantKind.JURISDICTION, jurisdiction="DE")
    assert list(held(cast)) == ["northwind"]  # the rival's model is on offer nowhere


def test_it_is_first_where_a_regulator_looks(later: Client, cast: Cast) -> None:
    nav = later.get("/").content.decode().partition('aria-label="Main"')[2]
    assert nav.index("/portfolio/") < nav.index(">Today<")
    other = Client()
    other.force_login(cast.officer)
    assert "/portfolio/" not in other.get("/").content.decode()
