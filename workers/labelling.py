"""People's labels of a run: which items they are asked for, and what becomes of the verdict.

Works on what ``python -m workers run NAME --json`` printed, or on anything that gives the same
keys. Labels count in the committed order up to the first drawn item without one: who could skip the
hard ones could steer the verdict.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from compliance.domain.canonical import Json, digest_of_digests
from compliance.domain.errors import InvalidInputError
from compliance.domain.items import order_commitment
from compliance.domain.specs import ShardSpec, StressTestSpec, Subject
from compliance.domain.statistics.audited_bank import drawn
from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import Stop
from workers.catalogue import find, unmeasured
from workers.contract import Audit, Item, Labels, Score
from workers.execution import Execution
from workers.sources import code_digest


@dataclass(frozen=True, slots=True)
class Answered:
    """A finished run, rebuilt from its record.

    Attributes:
        items: those asked, in the committed order, each with its score.
        drawn: positions of the items that people are to label.
        unasked_digest: as in ``Execution``.
    """

    spec: ShardSpec
    audit: Audit
    items: tuple[Item, ...]
    scores: tuple[Score, ...]
    drawn: tuple[int, ...]
    unasked_digest: str
    record: Mapping[str, object]

    def to_label(self) -> Iterator[dict[str, Json]]:
        """What people are shown of each drawn item; they fill in ``label``."""
        for position in self.drawn:
            item, score = self.items[position], self.scores[position]
            yield {
                "item": item.id,
                "asked": dict(item.payload),
                "answer": score.answer,
                "label": "",
            }


def reopen(text: str) -> Answered:
    """The run that a JSON object tells of.

    Raises:
        InvalidInputError: no such object, a test that is not audited, or a record that its own spec
            and seed do not rebuild.
        NotTestableError: the test's public files are not at hand.
    """
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _bad("RUN", f"is no run's record ({error})") from error
    return rebuild(record)


def rebuild(record: Mapping[str, Any]) -> Answered:
    """The run that a record tells of.

    Args:
        record: with the keys that ``run --json`` prints: test, model, seed, planned, order_digest,
            scores, stopped and environment.

    Raises: as ``reopen``.
    """
    try:
        spec = StressTestSpec.from_json(record["test"])
        seed, planned = int(record["seed"]), int(record["planned"])
        scores = tuple(Score.from_json(one) for one in record["scores"])
        order, model = str(record["order_digest"]), str(record["model"])
    except (ValueError, KeyError, TypeError, InvalidInputError) as error:
        raise _bad("RUN", f"is no run's record ({error!r})") from error
    procedure = find(spec.name, spec.version).build(spec.parameters)
    if procedure.audit is None:
        raise _bad("RUN", f"is of {spec.name} without labels: run it with --set audited=0.2")
    items = procedure.items(np.random.Generator(np.random.PCG64(seed)))
    digests = [item.digest for item in items]
    # Runs from before orders were hash chains committed to one digest over all.
    known = (order_commitment(digests), digest_of_digests(digests))
    asked = [one.id for one in items[: len(scores)]]
    if order not in known or asked != [one.item_id for one in scores]:
        raise _bad("RUN", "holds other items than its spec and seed give")
    positions = drawn(seed, planned, procedure.audit.share)
    return Answered(
        spec=ShardSpec(spec, seed, Subject(model, "")),
        audit=procedure.audit,
        items=tuple(items[: len(scores)]),
        scores=scores,
        drawn=tuple(one for one in positions if one < len(scores)),
        unasked_digest=order_commitment(digests[len(scores) :]) if order == known[0] else "",
        record=record,
    )


def fold(answered: Answered, given: Mapping[str, str]) -> Execution:
    """The run's verdict by people's labels.

    Args:
        given: item id to one of the audit's words.

    Raises:
        InvalidInputError: a label of an item that was not drawn, or a word that is none of them.
    """
    ids = [answered.items[position].id for position in answered.drawn]
    for item, word in given.items():
        if item not in ids:
            raise _bad("labels", f"name '{item}', which was not drawn")
        if word not in answered.audit.words:
            known = ", ".join(answered.audit.words)
            raise _bad("labels", f"call '{item}' {word!r}, which is none of {known}")
    first = itertools.takewhile(lambda one: one in given, ids)
    labels = Labels({one: given[one] for one in first}, drawn=len(ids))
    test = find(answered.spec.test.name, answered.spec.test.version)
    concluded = answered.audit.conclude(answered.scores, labels)
    estimate = replace(concluded, lead=concluded.lead or unmeasured(test))
    record = answered.record
    return Execution(
        estimate=estimate,
        verdict=judge(estimate),
        scores=answered.scores,
        planned=cast(int, record["planned"]),
        stopped=Stop(str(record["stopped"])),
        order_digest=str(record["order_digest"]),
        unasked_digest=answered.unasked_digest,
        spec_digest=answered.spec.test.digest,
        code_digest=code_digest(test),
        environment=cast(Mapping[str, Json], record["environment"]),
        seed=answered.spec.seed,
    )


def parse_labels(lines: Sequence[str]) -> dict[str, str]:
    """Item id to label, of one JSON object a line as ``to_label`` gives them; blanks left out.

    Raises:
        InvalidInputError: a line that is none, or one item twice.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            item, word = str(row["item"]), str(row["label"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise _bad("labels", f"cannot be read in line {number} ({error!r})") from error
        if item in found:
            raise _bad("labels", f"name '{item}' twice")
        if word:
            found[item] = word
    return found


def _bad(field: str, problem: str) -> InvalidInputError:
    fix = "Give what run NAME --json printed, and the lines that label printed, filled in"
    return InvalidInputError(field=field, problem=problem, fix=fix)
