"""fsck of answers: every score against what its result commits to, and what went unrecorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Exists, OuterRef, Q

from compliance.audits.evidence import scored
from compliance.audits.models import ItemErasure, Result, Score, Shard
from compliance.domain.canonical import digest, digest_of_digests
from compliance.domain.commitments import commitment
from compliance.domain.items import ANSWER_PATH, Erasable, Item, answers_digest, scores_digest
from compliance.ledger.services.walking import Difference

CHUNK = 200


def answers_check() -> Iterator[Difference]:
    """Every answer and score of a result against its digests; what was erased on the record passes.

    One shard at a time, with its scores and every result that rests on them.
    """
    concluded = Result.objects.filter(Q(shard=OuterRef("pk")) | Q(shard__labelled=OuterRef("pk")))
    shards = Shard.objects.filter(Exists(concluded), labelled__isnull=True).order_by("id")
    for shard in shards.iterator(chunk_size=CHUNK):
        scores = [*shard.scores.order_by("position")]
        gone = _erased(shard, Erasable.ANSWER)
        yield from _words(scores, gone)
        yield from _questions(scores, _erased(shard, Erasable.QUESTION))
        resting = Result.objects.filter(Q(shard=shard) | Q(shard__labelled=shard))
        for result in resting.order_by("recorded_at"):
            yield from _digests(result, scores, whole=not gone)


def _erased(shard: Shard, what: Erasable) -> set[int]:
    told = ItemErasure.objects.filter(score__shard=shard, what=what.value)
    return set(told.values_list("score_id", flat=True))


def _words(scores: Sequence[Score], erased: set[int]) -> Iterator[Difference]:
    for score in scores:
        if score.salt is not None:
            said = scored(score).words()
            if commitment(ANSWER_PATH, bytes(score.salt), said) != score.answer_commitment:
                yield _differs(score, "its answer is not what was committed to")
        elif score.answer_commitment and score.pk not in erased:
            yield _differs(score, "its answer is gone, and nobody erased it")


def _questions(scores: Sequence[Score], erased: set[int]) -> Iterator[Difference]:
    for score in scores:
        if score.pk in erased or not score.item_digest:
            continue
        item = Item(score.item_id, score.part, score.cluster, score.payload)
        if item.digest != score.item_digest:
            yield _differs(score, "its question is not what was asked, and nobody erased it")


def _digests(result: Result, scores: Sequence[Score], *, whole: bool) -> Iterator[Difference]:
    every = [scored(score) for score in scores]
    if result.answers_digest:
        if answers_digest(one.answer_commitment for one in scores) != result.answers_digest:
            yield Difference(f"result {result.id}", "its answers are not those it commits to")
        found = scores_digest(every)
    elif whole:
        found = digest_of_digests(digest(one.to_json()) for one in every)
    else:  # by the first predicate scores held the words, and these were erased
        return
    if found != result.scores_digest:
        yield Difference(f"result {result.id}", "its scores are not those it commits to")


def _differs(score: Score, what: str) -> Difference:
    return Difference(f"item {score.item_id} of shard {score.shard_id}", what)
