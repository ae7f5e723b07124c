"""Forms: what a service refuses is said at the field it names, and nothing typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from compliance.audits.models import Schedule
from compliance.domain.vocabulary import Access
from compliance.registry.models import Model, Version
from compliance.registry.services import version_register
from tests.browser.conftest import Record, SignIn
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_wrong_cron_expression_is_refused_at_its_field(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.officer)
    page.goto(f"/schedules/new/?model={audited.version.model_id}")
    page.get_by_label("Name").fill("Broken")
    page.get_by_label("Or every").fill("1")
    _save(page)
    expect(page.get_by_role("group", name="Stress tests")).to_contain_text("at least one")
    page.get_by_label("Weights").check()
    page.get_by_label("Or every").fill("")
    page.get_by_label("Cron expression").fill("61 6 * * 1")
    expect(page.get_by_role("status", name="Next five firings")).to_contain_text("61 6 * * 1")
    _refused(page, "Cron expression", "'61 6 * * 1' is not a cron expression")
    expect(page.get_by_label("Name")).to_have_value("Broken")
    page.get_by_label("Cron expression").fill("0 0 30 2 *")
    _refused(page, "Cron expression", "'0 0 30 2 *' is not a cron expression")
    page.get_by_label("Or every").fill("2")
    _refused(page, "Cron expression", "Give either a cron expression or an interval")
    page.get_by_label("Cron expression").fill("")
    page.get_by_label("Time zone").fill("Europe/Atlantis")
    _refused(page, "Time zone", "'Europe/Atlantis' is not a time zone")
    page.get_by_label("Time zone").fill("UTC")
    _save(page)
    expect(page.get_by_role("heading", name="Broken")).to_be_visible()
    assert Schedule.objects.get(name="Broken").interval_seconds == 2 * 86_400


def test_a_stress_test_that_a_version_cannot_be_asked_says_why(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    served = version_register(
        viewer=cast.viewer(cast.engineer),
        model=audited.version.model,
        name="served",
        access=Access.ENDPOINT,
        location="https://models.northwind.example/v1",
    )
    page = sign_in(cast.engineer)
    page.goto(f"/versions/{served.id}/")
    for name in ("Refusal", "Counterfactual"):
        expect(page.get_by_label(name)).to_be_enabled()
        expect(page.get_by_label(name)).not_to_be_checked()
    expect(page.get_by_label("Weights are the registered ones")).to_be_disabled()
    offered = page.get_by_role("group", name="Stress tests")
    expect(offered).to_contain_text("needs weights, which an endpoint does not offer")


def test_an_engineer_registers_a_model_and_a_version_by_form(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.engineer)
    page.goto("/models/register/")
    page.get_by_label("Name").fill("Summariser")
    page.get_by_label("Slug").fill("assistant")
    page.get_by_role("button", name="Register the model").click()
    expect(_said_at(page, "Slug")).to_contain_text("'assistant' is taken")
    page.get_by_label("Slug").fill("summariser")
    page.get_by_role("button", name="Register the model").click()
    expect(page.get_by_text("northwind/summariser is registered.")).to_be_visible()
    assert Model.objects.filter(slug="summariser").count() == 1

    page.get_by_role("link", name="Register a version").click()
    page.get_by_label("Version", exact=True).fill("0.9")
    page.get_by_label("Location").fill("no/such/folder")
    page.get_by_role("button", name="Register the version").click()
    expect(_said_at(page, "Location")).to_contain_text("there is no folder", ignore_case=True)
    page.get_by_role("button", name="Another source").click()
    expect(page.get_by_role("group", name="Source 2")).to_be_visible()
    expect(page.get_by_label("Location")).to_have_value("no/such/folder")

    page.get_by_label("Access").select_option("endpoint")
    page.get_by_label("Location").fill("https://models.northwind.example/v1")
    page.get_by_label("Parent version").select_option(label="northwind/assistant 1.0")
    page.get_by_label("Derived by").select_option("distillation")
    first, second = (page.get_by_role("group", name=f"Source {place}") for place in (1, 2))
    first.get_by_label("Licence").fill("CC-BY-4.0")
    page.get_by_role("button", name="Register the version").click()
    expect(first.get_by_text("Name the source, or clear the row.")).to_be_visible()
    first.get_by_label("Source optional").fill("News summaries")
    second.get_by_label("Source optional").fill("Help desk chats")
    second.get_by_label("Kind").select_option("user_data")
    page.get_by_role("button", name="Register the version").click()
    expect(page.get_by_text("can no longer change")).to_be_visible()
    expect(page.get_by_text("distillation of")).to_be_visible()
    version = Version.objects.get(model__slug="summariser")
    assert [source.name for source in version.sources.all()] == [
        "News summaries",
        "Help desk chats",
    ]


def test_training_data_is_declared_of_a_version_and_of_another(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.engineer)
    page.goto(f"/versions/{audited.version.id}/")
    page.get_by_role("link", name="Declare another source").click()
    expect(page.get_by_label("Trained on it")).to_have_value(str(audited.version.id))
    page.get_by_role("button", name="Declare it").click()
    expect(_said_at(page, "Source")).to_contain_text("required")
    page.get_by_label("Source").fill("Licensed news")
    page.get_by_label("Kind").select_option("licensed")
    page.get_by_role("button", name="Declare it").click()
    expect(
        page.get_by_text("“Licensed news” is declared of northwind/assistant 1.0")
    ).to_be_visible()
    page.get_by_role("link", name="Declare Licensed news of another version").click()
    expect(page.get_by_label("Source")).to_have_value("Licensed news")
    page.get_by_label("Trained on it").select_option("northwind/assistant 1.0")
    page.get_by_role("button", name="Declare it").click()
    expect(_said_at(page, "Source")).to_contain_text("declares 'Licensed news' already")
    page.goto(f"/models/{audited.version.model_id}/dossier/")
    data = page.get_by_role("region", name="Training data, as declared")
    expect(data).to_contain_text("declared later")


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save the schedule").click()


def _refused(page: Page, label: str, said: str) -> None:
    _save(page)
    expect(_said_at(page, label)).to_contain_text(said)


def _said_at(page: Page, label: str):  # type: ignore[no-untyped-def]
    """The error that assistive technology reads out with the field."""
    field = page.get_by_label(label)
    expect(field).to_have_attribute("aria-invalid", "true")
    described = (field.get_attribute("aria-describedby") or "").split()
    return page.locator("#" + next(name for name in described if name.endswith("_error")))
