"""When a schedule fires: cron or interval, in a time zone, with a catch-up policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from compliance.domain.canonical import digest
from compliance.domain.errors import InvalidInputError
from compliance.domain.vocabulary import CatchUp

MINIMUM_INTERVAL_SECONDS = 60
MAXIMUM_SECONDS = 2**31 - 1
"""Of an interval or a jitter: what the record's columns hold, 68 years."""

MAXIMUM_BACKLOG = 1_000
"""Firings looked at in one go; the rest of a longer outage is taken up at the next tick."""

SLOTS_LOOKED_AT = 100
"""Of a rule, to find the shortest time between two of its firings."""

CATCH_UP_WORDS: Mapping[CatchUp, str] = {
    CatchUp.RUN_ONCE: "run once for all missed",
    CatchUp.SKIP: "skip what was missed",
    CatchUp.RUN_ALL: "run all that was missed",
}
"""What becomes of firings missed in an outage, for people to choose from."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A cron expression or an interval, exactly one of them set, and how it is kept.

    Attributes:
        cron: five fields, read in ``time_zone`` with Debian's cron rules for DST changes.
        interval_seconds: seconds between firings, counted from ``anchor``.
        anchor: when the rule came into force, aware.
        catch_up: what becomes of firings that came while no scheduler ran.
        jitter_seconds: each firing comes up to this much late, so that schedules set to the same
            hour do not all come at once.
        salt: what the jitter is derived from beside the firing, another for each schedule.
    """

    cron: str
    interval_seconds: int | None
    time_zone: str
    anchor: datetime
    catch_up: CatchUp = CatchUp.RUN_ONCE
    jitter_seconds: int = 0
    salt: str = ""

    def check(self) -> None:
        """Refuse a rule that can never be read.

        Raises:
            InvalidInputError: naming cron, interval_seconds, time_zone or jitter_seconds.
        """
        zone = self._zone()
        if bool(self.cron) == (self.interval_seconds is not None):
            raise InvalidInputError(
                field="cron",
                problem="give either a cron expression or an interval, not both or neither",
                fix="Clear one of cron and interval_seconds",
            )
        if self.interval_seconds is not None:
            if not MINIMUM_INTERVAL_SECONDS <= self.interval_seconds <= MAXIMUM_SECONDS:
                wrong = "short" if self.interval_seconds < MINIMUM_INTERVAL_SECONDS else "long"
                raise InvalidInputError(
                    field="interval_seconds",
                    problem=f"an interval of {self.interval_seconds} s is too {wrong}",
                    fix=f"Use {MINIMUM_INTERVAL_SECONDS} to {MAXIMUM_SECONDS}",
                )
        elif len(self.cron.split()) != 5:  # CronSim would read a sixth as seconds
            raise self._malformed("wrong number of fields")
        else:
            try:
                CronSim(self.cron, self.anchor.astimezone(zone))
            except CronSimError as error:
                raise self._malformed(str(error)) from error
        self._check_jitter()

    def firings(self, *, after: datetime) -> Iterator[datetime]:
        """Every firing later than ``after``, in UTC, in order, jitter included."""
        for slot in self._slots(after=after - timedelta(seconds=self.jitter_seconds)):
            firing = slot + self._jitter(slot)
            if firing > after and slot > self.anchor:
                yield firing

    def _slots(self, *, after: datetime) -> Iterator[datetime]:
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

    def _jitter(self, slot: datetime) -> timedelta:
        """The same for the same slot whoever asks, so that two schedulers agree."""
        if not self.jitter_seconds:
            return timedelta(0)
        drawn = int(digest({"salt": self.salt, "slot": slot.isoformat()})[:13], 16)
        return timedelta(seconds=drawn % (self.jitter_seconds + 1))

    def _check_jitter(self) -> None:
        slots = list(islice(self._slots(after=self.anchor), SLOTS_LOOKED_AT))
        gaps = [later - earlier for earlier, later in pairwise(slots)]
        shortest = min(gaps, default=timedelta.max)
        if not 0 <= self.jitter_seconds < shortest.total_seconds():
            raise InvalidInputError(
                field="jitter_seconds",
                problem=f"a firing {self.jitter_seconds} s late could come after the next one",
                fix=f"Use 0 to {int(shortest.total_seconds()) - 1}",
            )

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
    """The next ``count`` firings."""
    return list(islice(rule.firings(after=after), count))


def slots_preview(rule: Rule, *, after: datetime, count: int = 5) -> list[datetime]:
    """The next firings of a rule not yet saved: jitter is drawn when it is, and left out."""
    return next_firings(replace(rule, jitter_seconds=0), after=after, count=count)


def firings_due(rule: Rule, *, first_due: datetime, now: datetime) -> list[Due]:
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
        Due(due_at=moment, runs=_runs(rule.catch_up, latest=moment == due[-1], late=len(due) > 1))
        for moment in due
    ]


def _runs(catch_up: CatchUp, *, latest: bool, late: bool) -> bool:
    if catch_up is CatchUp.RUN_ALL or not late:
        return True
    return latest and catch_up is CatchUp.RUN_ONCE
