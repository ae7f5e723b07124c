"""Everybody who may call, over one record of Northwind's: the columns of the matrix."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from allauth.usersessions.models import UserSession
from django.utils import timezone

from compliance.accounts.models import ApiToken, Grant, Organization, User
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import (
    GrantScope,
    grant_give,
    machine_add,
    machine_token_issue,
    organization_create,
)
from compliance.alerts.services import (
    Destination,
    alert_route_create,
    window_open,
)
from compliance.audits.selectors import label_sheet_get
from compliance.audits.services import (
    battery_resolve,
    label_add,
    schedule_create,
    subscription_create,
)
from compliance.domain.dispute_words import Side
from compliance.domain.endpoints import RequestLimit
from compliance.domain.events import EventType
from compliance.domain.rights import FULL_SCOPES
from compliance.domain.schedules import Rule
from compliance.domain.subscriptions import CallWebhook
from compliance.domain.vocabulary import Channel, GrantKind, OrganizationKind, Role, SourceKind
from compliance.ledger.models import Entry
from compliance.ledger.signer import LogSigner
from compliance.people.services import member_invite
from compliance.questions.services import question_ask
from compliance.registry.models import Model, TrainingSource, Version
from compliance.registry.services import endpoint_limit_set, model_register
from tests.browser import record
from tests.cast import PASSWORD, Cast, administrator_of
from tests.logged import log_whole
from tests.policy import obliged, pack_make
from tests.rights.disputes import disputes_at
from tests.rights.needs import Caller
from tests.second_factors import totp_give


@dataclass(frozen=True)
class World:
    """The record that is called for, and who calls.

    Attributes:
        at: values for the parts of an address, by the names of its converters.
        instead: values for one address, where those of ``at`` do not fit.
    """

    callers: dict[str, Caller]
    at: dict[str, Any]
    instead: dict[str, dict[str, Any]]
    item_id: str
    organizations: dict[str, str]


def world_make(cast: Cast, version: Version, signer: LogSigner, folder: Path) -> World:
    """One record of Northwind's and everybody who may ask for it."""
    record.announce()
    administrator = cast.appoint(Role.ADMINISTRATOR)
    admin = cast.viewer(administrator)
    other = model_register(
        viewer=admin, organization_id=cast.northwind.id, slug="other", name="Other"
    )
    callers = _callers(cast, version.model, other, administrator)
    at, instead, item_id = _record(cast, version)
    machine = machine_add(
        viewer=admin, organization_id=cast.northwind.id, name="ci", role=Role.ENGINEER
    )
    machine_token_issue(
        viewer=admin,
        machine_id=machine.user_id,
        name="ci",
        expires_at=timezone.now() + timedelta(days=1),
        scopes=FULL_SCOPES,
    )
    callers["machine"] = Caller(machine.user, home=Role.ENGINEER)
    obliged, adoptable = _obliged(cast, version)
    at |= obliged
    for name in ("portal:policy-adopt", "api:policy-pack-adopt"):
        instead[name] = {"pack_id": adoptable}
    for name, values in disputes_at(cast, version).items():
        at |= values if name == "every" else {}
        instead |= {} if name == "every" else {name: values}
    at |= {
        "size": log_whole(signer, folder).size,
        "index": Entry.objects.filter(event__model=version.model).latest("index").index,
        "grant_id": Grant.objects.filter(provider=cast.northwind, dispute=None)[0].pk,
        "token_id": ApiToken.objects.get(user=machine.user).pk,
        "machine_id": machine.user_id,
        "session_id": UserSession.objects.create(
            user=administrator, ip="127.0.0.1", user_agent="Another browser", session_key="0" * 32
        ).pk,
        **_around(cast, version.model, admin),
    }
    named = {"northwind": str(cast.northwind.id), "authority": str(cast.authority.id)}
    return World(callers, at, instead, item_id, named)


def _callers(cast: Cast, model: Model, other: Model, administrator: User) -> dict[str, Caller]:
    admin = cast.viewer(administrator)
    callers = {"anonymous": Caller(None)}
    for role in Role:
        user = administrator if role is Role.ADMINISTRATOR else cast.appoint(role)
        owns = user == administrator
        callers[f"northwind {role.value}"] = Caller(user, home=role, owns=owns)
    whole = {"knows": True, "reads": True, "whole": True}
    callers["regulator by grant"] = Caller(
        cast.regulator, elsewhere=(Role.REGULATOR,), sits=Side.COURT, **whole
    )
    callers["reviewer by grant"] = Caller(
        cast.reviewer, elsewhere=(Role.REVIEWER,), sits=Side.REVIEWER, **whole
    )
    for name, named, reads in (("this", model, True), ("another", other, False)):
        holder, user = _academic(f"{name}-model")
        grant_give(
            viewer=admin,
            organization=holder,
            provider=cast.northwind,
            scope=GrantScope(kind=GrantKind.MODELS, models=[named]),
        )
        callers[f"grant on {name} model"] = Caller(
            user, elsewhere=(Role.ADMINISTRATOR,), knows=True, reads=reads
        )
    holder, user = _academic("ended")
    yesterday = timezone.now() - timedelta(days=1)
    grant_give(viewer=admin, organization=holder, provider=cast.northwind, expires_at=yesterday)
    callers["grant that ended"] = Caller(user, elsewhere=(Role.ADMINISTRATOR,))
    callers["rival"] = Caller(cast.rival_engineer, elsewhere=(Role.ENGINEER,), sits=Side.RESPONDENT)
    callers["outsider"] = Caller(cast.outsider, elsewhere=(Role.COMPLIANCE_OFFICER,))
    staff = User.objects.create_user("operator@assay.example", PASSWORD, is_staff=True)
    callers["staff"] = Caller(totp_give(staff))
    return callers


def _around(cast: Cast, model: Model, admin: Viewer) -> dict[str, Any]:
    """What an organization has beside the record of its models."""
    now, organization = timezone.now(), cast.northwind.id
    soon = now + timedelta(hours=1)
    route = alert_route_create(
        viewer=admin,
        organization_id=organization,
        name="Desk",
        destination=Destination(Channel.MEMBERS),
    )
    window = window_open(
        viewer=admin, organization_id=organization, reason="move", starts_at=now, ends_at=soon
    )
    limit = endpoint_limit_set(
        viewer=admin,
        organization_id=organization,
        url="https://old.northwind.example",
        limit=RequestLimit(1, None),
    )
    invitation = member_invite(
        viewer=admin,
        organization=cast.northwind,
        email="new@northwind.example",
        role=Role.READER,
        now=now,
    )
    question = question_ask(
        viewer=cast.viewer(cast.regulator),
        organization_id=cast.authority.id,
        model=model,
        text="Why?",
        due_at=soon,
    )
    return {
        "route_id": route.id,
        "window_id": window.id,
        "limit_id": limit.pk,
        "invitation_id": invitation.id,
        "question_id": question.id,
        "source_id": TrainingSource.objects.create(
            version=model.versions.get(), kind=SourceKind.LICENSED.value, name="News"
        ).pk,
        "membership_id": cast.engineer.memberships.get().pk,
        "slug": cast.northwind.slug,
        "name": "safety.refusal",
        "form": "vl.json",
        "period": f"{now:%Y-%m}",
    }


def _academic(slug: str) -> tuple[Organization, User]:
    holder = organization_create(slug=slug, name=slug, kind=OrganizationKind.ACADEMIC)
    user = administrator_of(holder)
    return holder, user


def _record(cast: Cast, version: Version) -> tuple[dict[str, Any], dict[str, Any], str]:
    officer = cast.viewer(cast.officer)
    run = record.request(officer, version, ["safety.refusal"])
    record.work(run, {"safety.refusal": record.VIOLATING})
    labelled = record.request_audited(officer, version)
    waiting = record.request(officer, version, ["safety.refusal"])
    sheet = label_sheet_get(viewer=officer, run_id=labelled.run_id, position=0)
    label_add(viewer=officer, shard=labelled, item_id=sheet.drawn[0].item_id, outcome="refusal")
    alert = record.alert_of(run)
    labels = {"run_id": labelled.run_id}
    at = {
        "model_id": version.model_id,
        "version_id": version.id,
        "run_id": run.id,
        "shard_id": run.shards.get().id,
        "result_id": run.shards.get().result.id,
        "sha256": run.shards.get().result.statement_sha256,
        "position": 0,
        "alert_id": alert.id,
        "schedule_id": _schedule(officer, version),
        "subscription_id": _subscription(officer, version),
    }
    instead = {
        "portal:run-cancel": {"run_id": waiting.id},
        "api:run-cancel": {"run_id": waiting.id},
        **dict.fromkeys(("portal:labels", "portal:labels-add", "portal:labels-conclude"), labels),
        **dict.fromkeys(("api:labels", "api:labels-conclude"), labels),
    }
    return at, instead, sheet.drawn[1].item_id


def _obliged(cast: Cast, version: Version) -> tuple[dict[str, Any], Any]:
    """An adopted pack with a summary, and a version of it that is not adopted yet."""
    adoption = obliged(cast.viewer(cast.officer), version)
    summary = version.summaries.get()
    at = {"pack_id": adoption.pack_id, "adoption_id": adoption.id, "summary_id": summary.id}
    return at, pack_make(2).id


def _schedule(officer: Viewer, version: Version) -> Any:
    rule = Rule(
        cron="0 6 * * 1", interval_seconds=None, time_zone="UTC", anchor=version.registered_at
    )
    battery = battery_resolve(battery=["safety.refusal"])
    return schedule_create(
        viewer=officer, model=version.model, name="weekly", battery=battery, rule=rule
    ).id


def _subscription(officer: Viewer, version: Version) -> Any:
    return subscription_create(
        viewer=officer,
        organization_id=version.model.organization_id,
        event_type=EventType.VERSION_REGISTERED,
        consequence=CallWebhook("https://1.1.1.1/assay"),
        model=version.model,
    ).id
