"""When a schedule fires: cron or interval, in a time zone, with a catch-up policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from compliance.domain.errors import InvalidInputError
from compliance.domain.vocabulary import CatchUp

MINIMUM_INTERVAL_SECONDS = 60
MAXIMUM_BACKLOG = 1_000
"""Firings looked at in one go; the rest of a longer outage is taken up at the next tick."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A cron expression or an interval; exactly one is set.

    Attributes:
        cron: five fields, read in ``time_zone`` with Debian's cron rules for DST changes.
        interval_seconds: seconds between firings, counted from ``anchor``.
        anchor: when the rule came into force, aware.
    """

    cron: str
    interval_seconds: int | None
    time_zone: str
    anchor: datetime

    def check(self) -> None:
        """Refuse a rule that can never be read.

        Raises:
            InvalidInputError: naming cron, interval_seconds or time_zone.
        """
        zone = self._zone()
        if bool(self.cron) == (self.interval_seconds is not None):
            raise InvalidInputError(
                field="cron",
                problem="give either a cron expression or an interval, not both or neither",
                fix="Clear one of cron and interval_seconds",
            )
        if self.interval_seconds is not None:
            if self.interval_seconds < MINIMUM_INTERVAL_SECONDS:
                raise InvalidInputError(
                    field="interval_seconds",
                    problem=f"{self.interval_seconds} is shorter than a run can be",
                    fix=f"Use at least {MINIMUM_INTERVAL_SECONDS}",
                )
            return
        if len(self.cron.split()) != 5:  # CronSim would read a sixth as seconds
            raise self._malformed("wrong number of fields")
        try:
            CronSim(self.cron, self.anchor.astimezone(zone))
        except CronSimError as error:
            raise self._malformed(str(error)) from error

    def firings(self, *, after: datetime) -> Iterator[datetime]:
        """Every firing later than ``after``, in UTC, in order."""
        if self.interval_seconds is None:
            for local in CronSim(self.cron, after.astimezone(self._zone())):
                yield local.astimezone(UTC)
            return
        step = timedelta(seconds=self.interval_seconds)
        elapsed = max(after - self.anchor, timedelta(0))
        due = self.anchor + (elapsed // step + 1) * step
        while True:
            yield due.astimezone(UTC)
            due += step

    def _malformed(self, why: str) -> InvalidInputError:
        return InvalidInputError(
            field="cron",
            problem=f"'{self.cron}' is not a cron expression ({why})",
            fix="Write five fields, for example '0 6 * * 1' for Mondays at 06:00",
        )

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder of them
            raise InvalidInputError(
                field="time_zone",
                problem=f"'{self.time_zone}' is not a time zone",
                fix="Use an IANA name such as 'Europe/Brussels' or 'UTC'",
            ) from error


@dataclass(frozen=True, slots=True)
class Due:
    """A firing that has come, and whether the catch-up policy runs or skips it."""

    due_at: datetime
    runs: bool


def next_firings(rule: Rule, *, after: datetime, count: int = 5) -> list[datetime]:
    """The next ``count`` firings, for a preview before saving."""
    return list(islice(rule.firings(after=after), count))


def firings_due(rule: Rule, *, first_due: datetime, now: datetime, catch_up: CatchUp) -> list[Due]:
    """What is due at ``now``, oldest first; skipped firings are listed too, as evidence.

    Args:
        first_due: the oldest firing not yet taken up.
    """
    if first_due > now:
        return []
    due = [first_due]
    for firing in islice(rule.firings(after=first_due), MAXIMUM_BACKLOG):
        if firing > now:
            break
        due.append(firing)
    return [
        Due(due_at=moment, runs=_runs(catch_up, latest=moment == due[-1], late=len(due) > 1))
        for moment in due
    ]


def _runs(catch_up: CatchUp, *, latest: bool, late: bool) -> bool:
    if catch_up is CatchUp.RUN_ALL or not late:
        return True
    return latest and catch_up is CatchUp.RUN_ONCE
