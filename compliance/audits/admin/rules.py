"""Rules of schedules as the admin reads and shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from compliance.domain.errors import InvalidInputError
from compliance.domain.schedules import Rule, slots_preview


def firings_text(rule: Rule, firings: list[datetime]) -> SafeString:
    """The next firings as a list, by the rule's own clock."""
    zone = ZoneInfo(rule.time_zone)
    moments = ((f"{at.astimezone(zone):%a %Y-%m-%d %H:%M}",) for at in firings)
    rows = format_html_join("", "<li>{}</li>", moments)
    return format_html("<p>Next firings, {} time:</p><ol>{}</ol>", rule.time_zone, rows)


def rule_of(given: Mapping[str, Any]) -> Rule:
    """The rule that a form or a preview describes, in force from this minute.

    Raises:
        InvalidInputError: naming cron, interval_seconds, time_zone or jitter_seconds.
    """
    rule = Rule(
        cron=str(given.get("cron") or "").strip(),
        interval_seconds=_seconds(given, "interval_seconds"),
        time_zone=str(given.get("time_zone") or "UTC").strip(),
        anchor=timezone.now().replace(second=0, microsecond=0),
        jitter_seconds=_seconds(given, "jitter_seconds") or 0,
    )
    rule.check()
    return rule


def _seconds(given: Mapping[str, Any], field: str) -> int | None:
    """Seconds as a form has read them or a preview still has to; None where there are none.

    Raises:
        InvalidInputError: naming ``field``.
    """
    written = given.get(field)
    if written in (None, ""):
        return None
    if not str(written).isdecimal():
        raise InvalidInputError(
            field=field, problem="it is not a whole number", fix="Count in seconds"
        )
    return int(written)


def preview_text(given: Mapping[str, Any]) -> SafeString | str:
    """The next five firings of a rule that is still being written, or what is wrong with it."""
    if not (given.get("cron") or given.get("interval_seconds")):
        return "Give a cron expression or an interval to see the next firings."
    try:
        rule = rule_of(given)
    except InvalidInputError as error:
        field = error.field.replace("_", " ").capitalize()
        return format_html("<p>{}: {}. {}.</p>", field, error.problem, error.fix)
    return firings_text(rule, slots_preview(rule, after=timezone.now()))
