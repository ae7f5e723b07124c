"""What a row of the matrix asks of whoever calls, and what the rights table then answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from compliance.accounts.models import User
from compliance.domain.dispute_words import Side
from compliance.domain.disputes import RIGHT_OF, Act, sides_of
from compliance.domain.rights import THROUGH_GRANT, Action, allowed
from compliance.domain.vocabulary import Role


class Answer(Enum):
    """What a status amounts to for whoever asked."""

    OK = "ok"
    FORBIDDEN = "forbidden"
    HIDDEN = "hidden"
    SIGN_IN = "sign in"


@dataclass(frozen=True)
class Caller:
    """Somebody who calls.

    Attributes:
        user: None: nobody is signed in.
        home: their role in the organization whose record is called for.
        elsewhere: their roles in other organizations.
        knows: they may know that the organization has a record: it gave them some grant.
        reads: a grant opens to them the model that is called for.
        whole: a grant opens to them the whole record.
        sits: where their organization sits in disputes that Northwind has opened.
        owns: it is theirs alone: the session that is called for.
    """

    user: User | None
    home: Role | None = None
    elsewhere: tuple[Role, ...] = ()
    knows: bool = False
    reads: bool = False
    whole: bool = False
    sits: Side | None = None
    owns: bool = False

    @property
    def seat(self) -> Side | None:
        """Where their organization sits in Northwind's disputes."""
        return Side.CLAIMANT if self.home else self.sits


class Reach(Enum):
    """How far an operation reaches, which says what refuses somebody without the right."""

    MODEL = "model"
    """Something of a model: hidden from whoever may not read it, else forbidden."""
    ORGANIZATION = "organization"
    """Something of an organization: hidden from whoever may not know of its record."""
    WHOLE = "whole"
    """Something about no single model: hidden from whoever does not read the whole record."""
    INSIDE = "inside"
    """Something of an organization that is hidden from whoever does not belong to it."""
    ANYWHERE = "anywhere"
    """A page that is there for whoever has the right in some organization."""
    CHOICE = "choice"
    """A form that offers the organizations where one has the right, and takes no other."""
    HOME = "home"
    """The same, where it also takes that the organization has models."""
    KEPT = "kept"
    """Something that whoever has not the right may not even know of."""


@dataclass(frozen=True)
class Needs:
    """The right that a row asks for."""

    action: Action
    reach: Reach = Reach.MODEL

    def answer(self, caller: Caller) -> Answer:
        """By the rights table, and nothing else."""
        if caller.user is None:
            return Answer.SIGN_IN
        if caller.home is not None and allowed(self.action, caller.home):
            return Answer.OK
        return _refusal(self, caller)


@dataclass(frozen=True)
class Asks:
    """Whoever asks a provider about a model that they read, for an organization of their own."""

    def answer(self, caller: Caller) -> Answer:
        if caller.user is None:
            return Answer.SIGN_IN
        if not (caller.home or caller.reads):
            return Answer.HIDDEN
        asks = any(allowed(Action.ASK, role) for role in caller.elsewhere)
        return Answer.OK if asks else Answer.FORBIDDEN


@dataclass(frozen=True)
class Sits:
    """Whoever sits in a dispute; without an act, to read it.

    Attributes:
        act: asks for its right in the organization that sits where somebody may do it.
        confidential: it is for the parties and the court alone.
    """

    act: Act | None = None
    confidential: bool = False

    def answer(self, caller: Caller) -> Answer:
        if caller.user is None:
            return Answer.SIGN_IN
        seat = caller.seat
        if seat is None:
            return Answer.HIDDEN
        if self.confidential and seat is Side.REVIEWER:
            return Answer.FORBIDDEN
        if self.act is None:
            return Answer.OK
        roles = (caller.home,) if caller.home else caller.elsewhere
        able = any(allowed(RIGHT_OF[seat], role) for role in roles)
        return Answer.OK if able and seat in sides_of(self.act) else Answer.FORBIDDEN


@dataclass(frozen=True)
class Own:
    """Whoever has it for themselves; nobody else may know of it."""

    def answer(self, caller: Caller) -> Answer:
        if caller.user is None:
            return Answer.SIGN_IN
        return Answer.OK if caller.owns else Answer.HIDDEN


@dataclass(frozen=True)
class Belongs:
    """Whoever belongs to some organization."""

    def answer(self, caller: Caller) -> Answer:
        if caller.user is None:
            return Answer.SIGN_IN
        return Answer.OK if caller.home or caller.elsewhere else Answer.FORBIDDEN


@dataclass(frozen=True)
class SignedIn:
    """Whoever is signed in; what they see is cut by their scope."""

    def answer(self, caller: Caller) -> Answer:
        return Answer.SIGN_IN if caller.user is None else Answer.OK


@dataclass(frozen=True)
class Public:
    """Everybody."""

    def answer(self, caller: Caller) -> Answer:
        return Answer.OK


Need = Needs | Asks | Sits | Own | Belongs | SignedIn | Public
Row = Mapping[str, Need]


def _refusal(needs: Needs, caller: Caller) -> Answer:
    reads = {
        Reach.MODEL: caller.reads,
        Reach.ORGANIZATION: caller.knows,
        Reach.WHOLE: caller.whole,
        Reach.INSIDE: False,
    }
    if needs.reach in reads:
        if not (caller.home or reads[needs.reach]):
            return Answer.HIDDEN
        through = caller.home is None and needs.action in THROUGH_GRANT
        return Answer.OK if through else Answer.FORBIDDEN
    if needs.reach is Reach.KEPT:
        return Answer.HIDDEN
    there = any(allowed(needs.action, role) for role in caller.elsewhere)
    with_it = {Reach.ANYWHERE: Answer.OK, Reach.CHOICE: Answer.HIDDEN}
    return with_it.get(needs.reach, Answer.FORBIDDEN) if there else Answer.FORBIDDEN
