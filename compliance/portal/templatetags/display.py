"""Template tags: verdicts, states, times and figures, written one way everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from compliance.audits.erasures import erasure_told
from compliance.domain import figures
from compliance.domain.items import Erasable
from compliance.domain.kinship import Agreement
from compliance.domain.standing import standing_said
from compliance.domain.vocabulary import Trigger, Verdict
from compliance.dossiers.lineage_chart import SIGNS

if TYPE_CHECKING:
    from compliance.audits.beside import Beside
    from compliance.audits.models import Result, Run, Schedule, Score
    from compliance.ledger.erasures import Erasure
    from compliance.ledger.models import Entry

register = template.Library()
register.filter("figure", figures.figure)
register.filter("e_value", figures.e_value)
register.filter("e_claim", figures.e_claim)
register.filter("duration", figures.duration)
register.filter("size", figures.size)
register.filter("percent", figures.percent)
register.filter("share", figures.share)
register.filter("standing", standing_said)
register.simple_tag(figures.interval, name="interval")

ICONS = Path(__file__).parents[1] / "static" / "vendor" / "icons"
_UNSEEN = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
_NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'
"""What HTML needs no saying of (13.2.6.5): an inline ``svg`` is SVG."""
VERDICT_ICONS = {
    Verdict.COMPLIANT: "circle-check",
    Verdict.VIOLATING: "alert-triangle",
    Verdict.INCONCLUSIVE: "help-square",
}
STATE_ICONS = {
    "requested": "clock",
    "queued": "clock",
    "running": "loader-2",
    "leased": "loader-2",
    "completed": "circle-check",
    "errored": "bug",
    "not_testable": "circle-off",
    "cancelled": "ban",
    "open": "bell",
    "acknowledged": "clock",
    "snoozed": "player-pause",
    "resolved": "circle-check",
    "met": "circle-check",
    "not_met": "alert-triangle",
    "inconclusive": "help-square",
    "due": "clock",
    "overdue": "alert-triangle",
    "opened": "scale",
    "answered": "scale",
    "ordered": "clock",
    "ordered_again": "clock",
    "heard": "scale",
    "ruled": "circle-check",
    "withdrawn": "ban",
}
STATE_WORDS = {"leased": "running", "not_testable": "not testable", "completed": "finished"}
PAGES = frozenset(
    ("model", "version", "run", "alert", "schedule", "question", "subscription", "dispute")
)
"""Kinds of subjects that have a page, by the name of its address."""
CAUSE_WORDS = {
    Trigger.SCHEDULE: "a schedule",
    Trigger.SUBSCRIPTION: "a subscription",
    Trigger.PERSON: "a person",
    Trigger.SCREENING: "the registry's screening",
    Trigger.LABELS: "people's labels",
    Trigger.DISPUTE: "a court's order",
}
OCCASION_WORDS = {
    "opened": "when it was raised",
    "raised": "found again, and more severe",
    "woken": "when it was no longer put off",
    "escalated": "escalated",
    "released": "after a maintenance window",
    "assigned": "given to them",
    "tried": "tried out",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A vendored icon, inline and hidden from assistive technology: text stands beside it."""
    return _icon(name)


@cache
def _icon(name: str) -> SafeString:
    drawn = " ".join((ICONS / f"{name}.svg").read_text().split())  # a table holds hundreds
    drawn = drawn.replace("> <", "><").replace(_UNSEEN, "").replace(_NAMESPACE, "")
    drawn = drawn.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    # A file of this repository whose digest a test compares; nothing a user wrote.
    return mark_safe(drawn)  # noqa: S308


@register.simple_tag
@cache
def verdict(value: str) -> SafeString:
    """A verdict by word, shape and colour."""
    drawn = _icon(VERDICT_ICONS[Verdict(value)])
    return format_html('<span class="verdict verdict-{}">{}{}</span>', value, drawn, value)


@register.simple_tag
def state(value: str) -> SafeString:
    """The state of a run, shard or alert by word and shape."""
    drawn = _icon(STATE_ICONS[value])
    return format_html('<span class="state state-{}">{}{}</span>', value, drawn, words(value))


@register.simple_tag
def utc(moment: datetime | None, otherwise: str = "–") -> SafeString | str:
    """A moment in UTC as a ``time`` element."""
    if moment is None:
        return otherwise
    there = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}">{}</time>',
        there.isoformat(timespec="seconds"),
        there.strftime("%Y-%m-%d %H:%M UTC"),
    )


@register.simple_tag
def row_url(name: str, key: object) -> str:
    """Where one row's page is, as ``url`` says; the resolver is asked once for each name."""
    return _row_url(name).replace(_NOBODY, str(key))


_NOBODY = str(UUID(int=0))


@cache
def _row_url(name: str) -> str:
    return reverse(name, args=[_NOBODY])


@register.simple_tag
def ledger_index(entries: Mapping[str, Entry], kind: str, key: object) -> SafeString:
    """The index of the entry that tells of something, as a link; that there is none yet."""
    entry = entries.get(f"{kind}/{key}")
    if entry is None:
        return _NOT_YET
    return format_html(
        '<a class="ledger-index" href="{0}" aria-label="Ledger entry {1}">{1}</a>',
        reverse("portal:entry", args=[entry.index]),
        entry.index,
    )


_NOT_YET = mark_safe('<span class="text-secondary">not yet</span>')


@register.filter
def words(value: str) -> str:
    """An enumeration's value as words, a state's as ``state`` has it."""
    return STATE_WORDS.get(value, value.replace("_", " "))


@register.filter
def occasion(value: str) -> str:
    """Why a message about an alert was sent."""
    return OCCASION_WORDS.get(value, value)


@register.filter
def cause(run: Run) -> str:
    """Who or what made a run, after "by"."""
    trigger = Trigger(run.trigger)
    firing = getattr(run, "firing", None) if trigger is Trigger.SCHEDULE else None
    if firing is not None:  # a run that has none raises an AttributeError
        return f"the schedule “{firing.schedule.name}”"
    return str(run.requested_by or CAUSE_WORDS[trigger])


@register.filter
def at(mapping: Mapping[Any, Any], key: object) -> Any:
    """What a mapping holds under a key, or nothing."""
    return mapping.get(key)


@register.filter
def pair(found: Beside) -> list[Result]:
    """The two results that stand side by side."""
    return [found.first, found.second]


@register.filter
def sign(agreement: Agreement) -> str:
    """The sign by which declared lineage and tests are told to stand to each other."""
    return SIGNS[agreement]


@register.filter
def page_of(subject: str) -> str:
    """Where the portal shows what an event is about; empty where it has no page of its own."""
    kind, _, key = subject.partition("/")
    try:
        return row_url(f"portal:{kind}", UUID(key)) if kind in PAGES else ""
    except ValueError:
        return ""


@register.filter
def short(digest: str) -> str:
    """The first characters of a digest, to recognise it by."""
    return f"{digest[:12]}…" if digest else "–"


@register.filter
def erased(score: Score, what: str) -> Erasure | None:
    """When and why the question or the answer of an item was erased, or nothing."""
    return erasure_told(score=score, what=Erasable(what))


@register.filter
def as_json(value: object) -> str:
    """Indented JSON, for people who want to see everything."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)


@register.filter
def fields(value: object) -> list[tuple[str, str]]:
    """An item's payload or a score's detail as names with readable values."""
    if not isinstance(value, Mapping):
        return []
    return [(name.replace("_", " "), _readable(one)) for name, one in value.items()]


def _readable(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, float):
        return figures.figure(value, 4)
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


@register.filter
def named(name: str, titles: Mapping[str, str]) -> str:
    """A stress test's title, or its name where no worker announced it."""
    return titles.get(name, name)


@register.filter
def rule(schedule: Schedule) -> str:
    """When a schedule fires, in one phrase."""
    if schedule.cron:
        return f"{schedule.cron} ({schedule.time_zone})"
    seconds = schedule.interval_seconds or 0
    for unit, length in (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds % length == 0:
            count = seconds // length
            return f"every {unit}" if count == 1 else f"every {count} {unit}s"
    return f"every {seconds} seconds"


@register.filter
def tests(battery: Iterable[Mapping[str, Any]], titles: Mapping[str, str]) -> list[str]:
    """The titles of a battery's stress tests."""
    return [titles.get(spec["name"], spec["name"]) for spec in battery]
