"""A record to look at, and people who look at it in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from allauth.mfa.utils import is_mfa_enabled
from playwright.sync_api import Browser, Page

from compliance.accounts.models import User
from compliance.alerts.models import Alert
from compliance.audits.models import Run, Schedule
from compliance.audits.services import battery_resolve, schedule_create
from compliance.domain.schedules import Rule
from compliance.ledger.signer import LogSigner
from compliance.registry.models import Version
from tests.browser import record
from tests.browsing import watch
from tests.cast import PASSWORD, Cast
from tests.logged import log_whole
from tests.second_factors import totp_code, totp_give


@dataclass(frozen=True)
class Record:
    """What the pages show: a version with one violating verdict, an alert, a schedule."""

    version: Version
    run: Run
    alert: Alert
    schedule: Schedule


@pytest.fixture
def audited(
    transactional_db: None, cast: Cast, version: Version, signer: LogSigner, tmp_path: Path
) -> Record:
    """Northwind's assistant after one finished run of three stress tests."""
    record.announce()
    officer = cast.viewer(cast.officer)
    run = record.request(officer, version, list(record.TITLES))
    findings = {
        "safety.refusal": record.VIOLATING,
        "bias.counterfactual_pairs": record.UNSURE,
        "provenance.weights_digest": record.COMPLIANT,
    }
    record.work(run, findings)
    schedule = schedule_create(
        viewer=officer,
        model=version.model,
        name="Every Monday",
        battery=battery_resolve(battery=["safety.refusal"]),
        rule=Rule(
            cron="0 6 * * 1",
            interval_seconds=None,
            time_zone="Europe/Brussels",
            anchor=run.requested_at,
        ),
    )
    log_whole(signer, tmp_path / "witness")
    return Record(version=version, run=run, alert=record.alert_of(run), schedule=schedule)


@pytest.fixture
def operator(transactional_db: None) -> User:
    """A superuser, who belongs to no organization and whose room is the admin."""
    return totp_give(User.objects.create_superuser("operator@assay.example", PASSWORD, name="Op"))


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(chromium: Browser, live_site: str) -> Iterator[SignIn]:
    """Signs a person in by the form; fails the test on any error in the browser's console."""
    troubles: list[str] = []
    contexts = []
    entered: list[User] = []

    def enter(
        user: User, *, width: int = 1280, scheme: str = "light", scripts: bool = True
    ) -> Page:
        context = chromium.new_context(
            base_url=live_site,
            java_script_enabled=scripts,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = watch(context.new_page(), troubles, live_site)
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
        if is_mfa_enabled(user):
            # Nobody takes the same code twice, so a person who signs in again sends the next.
            page.get_by_label("Code").fill(totp_code(steps=entered.count(user) - 1))
            entered.append(user)
            page.get_by_role("main").get_by_role("button", name="Sign In").click()
        page.get_by_role("heading", name="Today", level=1).wait_for()
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not troubles
