"""Erasing what models were asked and answered: words go, what they were worth stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from compliance.accounts.selectors import Viewer
from compliance.audits.models import ItemErasure, Result, Score, Shard
from compliance.domain.errors import InvalidInputError, TransitionError
from compliance.domain.events import EventType
from compliance.domain.items import WORDS, Erasable
from compliance.domain.rights import Action
from compliance.domain.runs import TERMINAL_SHARD_STATES
from compliance.domain.vocabulary import ShardState
from compliance.events.models import Event
from compliance.events.services import event_record

BATCH = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be erased of a shard.

    Attributes:
        items: ids; none for every item.
        questions: the questions as well, of which an unsalted digest stays.
        basis: why it must be erased, e.g. Article 17(1)(a) GDPR.
    """

    items: Collection[str]
    basis: str
    questions: bool = False


@transaction.atomic
def answers_erase(*, viewer: Viewer, shard: Shard, asked: Asked) -> Event:
    """Erase answers with their salts, and their questions if asked; returns the event that says so.

    Values, labels and figures stay, so that the verdict is recomputed as before; so do salted
    commitments to the words, which nobody can open or try guesses at any more.

    Raises:
        InvalidInputError: no basis, an item that is not there, nothing that is left to erase, or
            less than the whole of a result that commits to its answers as a whole.
        NotAllowedError, NotFoundError: the viewer may not erase in this organization.
        TransitionError: the shard is still being worked on.
    """
    version = shard.run.version
    viewer.require(Action.ERASE, version.model.organization_id)
    if not asked.basis.strip():
        raise _refused("basis", "there is none", "Say on which legal basis it is erased")
    held = shard.labelled or shard
    if ShardState(held.state) not in TERMINAL_SHARD_STATES:
        raise TransitionError("its stress test is still running: cancel it, or wait for its end")
    what = [Erasable.ANSWER] + [Erasable.QUESTION] * asked.questions
    left = {one: _left(held, asked.items, one) for one in what}
    if not any(left.values()):
        raise _refused("items", "nothing of them is left", "Read the entry that tells of it")
    event = event_record(
        event_type=EventType.ANSWERS_ERASED,
        organization_id=version.model.organization_id,
        subject=f"run/{held.run_id}",
        payload={
            "run": str(held.run_id),
            "shard": held.position,
            "items": [*sorted(asked.items)],
            "what": [one.value for one in what],
            "basis": asked.basis,
        },
        actor=viewer.user,
        model_id=version.model_id,
    )
    for one, scores in left.items():
        _erase(scores, one, event)
    return event


def _left(shard: Shard, items: Collection[str], what: Erasable) -> list[Score]:
    """The scores of which there is something to erase, locked."""
    held = shard.scores.select_for_update().order_by("id")
    chosen = held.filter(item_id__in=items) if items else held
    unknown = sorted(set(items) - set(chosen.values_list("item_id", flat=True)))
    if unknown:
        raise _refused("items", f"'{unknown[0]}' was not asked", "Name items of this stress test")
    if items and _committed_whole(shard) and len(set(items)) < held.count():
        raise _refused(
            "items",
            "this result commits to its answers as a whole: one that is missing could be guessed",
            "Name none: all of them are then erased, and no bundle can be made any more",
        )
    if what is Erasable.QUESTION and chosen.filter(item_digest="").exists():
        raise _refused(
            "questions",
            "no digest of them was kept, so nothing would be left",
            "Erase answers alone",
        )
    return [*chosen.exclude(erasures__what=what.value)]


def _committed_whole(shard: Shard) -> bool:
    """Whether a result over these scores is from before each answer had a commitment of its own."""
    resting = Q(shard=shard) | Q(shard__labelled=shard)
    return Result.objects.filter(resting, answers_digest="").exists()


def _erase(scores: Sequence[Score], what: Erasable, event: Event) -> None:
    ItemErasure.objects.bulk_create(
        [ItemErasure(score=one, what=what.value, event=event) for one in scores]
    )
    for one in scores:
        if what is Erasable.QUESTION:
            one.payload = {}
        else:
            one.answer, one.salt = "", None
            one.detail = {name: kept for name, kept in one.detail.items() if name not in WORDS}
    fields = {Erasable.QUESTION: ["payload"], Erasable.ANSWER: ["answer", "salt", "detail"]}
    Score.objects.bulk_update(scores, fields[what], batch_size=BATCH)


def _refused(field: str, problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=field, problem=problem, fix=fix)
