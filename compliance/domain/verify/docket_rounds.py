"""The steps of a dispute by the battery that they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from compliance.domain.canonical import Json, digest
from compliance.domain.dispute_words import Side
from compliance.domain.disputes import Found
from compliance.domain.drawing import seed_drawn, share_commitment
from compliance.domain.events import EventType
from compliance.domain.verify.docket_steps import Told, object_of
from compliance.domain.verify.rules import BrokenError

PARTIES = (Side.CLAIMANT, Side.RESPONDENT)
FREEZES = (EventType.DISPUTE_BATTERY_ORDERED, EventType.DISPUTE_BATTERY_AGREED)
_BEFORE = (EventType.DISPUTE_BATTERY_PROPOSED, EventType.DISPUTE_BATTERY_OBJECTED)


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one battery.

    Attributes:
        ordered: by the court, or agreed on.
        before: what was proposed and objected to, since the battery before it.
        after: every step from there to the next battery.
    """

    ordered: Told
    before: Sequence[Told]
    after: Sequence[Told]

    def one(self, event_type: EventType) -> Told | None:
        """The step of that type that came of it."""
        return next((one for one in self.after if one.event_type is event_type), None)

    def found(self) -> list[Found]:
        """What was heard of it."""
        heard = self.one(EventType.DISPUTE_HEARD)
        told = cast(Sequence[Json], heard.said("findings")) if heard else []
        return [Found.from_json(object_of(one)) for one in told]

    def check_plan(self, plan: Mapping[str, Json], opened: Told) -> None:
        """Refuse a plan that is another than was ordered or agreed on, or of other versions.

        Raises:
            BrokenError: it is.
        """
        if digest(plan) != self.ordered.said("plan"):
            raise BrokenError("the plan is not the one that was ordered")
        for side in PARTIES:
            named, said = object_of(plan[side.value]), object_of(opened.said(side.value))
            if any(named[key] != said[key] for key in ("version", "weights_digest")):
                raise BrokenError(f"the plan names another version of the {side.value}")
        if self.ordered.event_type is EventType.DISPUTE_BATTERY_AGREED:
            self._check_agreed()

    def _check_agreed(self) -> None:
        plan, by = self.ordered.said("plan"), self.ordered.said("side")
        proposed = [
            one
            for one in self.before
            if one.event_type is EventType.DISPUTE_BATTERY_PROPOSED
            and (one.said("plan"), one.said("draw_by")) == (plan, self.ordered.said("draw_by"))
            and one.said("side") != by
        ]
        sides = {side.value for side in PARTIES}
        if by not in sides or not any(one.said("side") in sides for one in proposed):
            raise BrokenError("a party agreed to what the other had not proposed")

    def check_seed(self, dispute: str) -> str:
        """Whether the seed follows from what was committed to and revealed, in a sentence.

        Raises:
            BrokenError: it does not.
        """
        drawn = self.one(EventType.DISPUTE_SEED_DRAWN)
        if drawn is None:
            return "no seed was drawn"
        shares = {Side(name): str(one) for name, one in object_of(drawn.said("shares")).items()}
        committed = self._by_side(EventType.DISPUTE_COMMITTED)
        revealed = self._by_side(EventType.DISPUTE_REVEALED)
        if share_commitment(shares[Side.COURT]) != self.ordered.said("court_commitment"):
            raise BrokenError("the court's share is not the one that it committed to")
        if set(shares) - {Side.COURT} != set(revealed):
            raise BrokenError("the shares are not those that were revealed")
        for side, one in revealed.items():
            if shares[side] != one.said("share"):
                raise BrokenError(f"the share of the {side.value} is another than was revealed")
            if share_commitment(shares[side]) != committed[side].said("commitment"):
                raise BrokenError(f"the share of the {side.value} is not what it committed to")
            if any(one.index < committed[party].index for party in PARTIES):
                raise BrokenError("a share was revealed before both parties had committed")
        seed = seed_drawn(
            dispute=dispute, plan_digest=str(self.ordered.said("plan")), shares=shares
        )
        if seed != drawn.said("seed"):
            raise BrokenError("the seed does not follow from plan and shares")
        withheld = [side.value for side in PARTIES if side not in shares]
        besides = f"; withheld by the {' and the '.join(withheld)}" if withheld else ""
        return f"{seed[:12]} follows from the plan and {len(shares)} shares{besides}"

    def _by_side(self, event_type: EventType) -> dict[Side, Told]:
        told = [one for one in self.after if one.event_type is event_type]
        return {Side(str(one.said("side"))): one for one in told}


def rounds_of(told: Sequence[Told]) -> list[Round]:
    """The steps of a dispute, battery by battery."""
    places = [place for place, one in enumerate(told) if one.event_type in FREEZES]
    edges = [-1, *places, len(told)]
    return [
        Round(
            ordered=told[place],
            before=[one for one in told[last + 1 : place] if one.event_type in _BEFORE],
            after=told[place + 1 : following],
        )
        for last, place, following in zip(edges, edges[1:-1], edges[2:], strict=False)
    ]
