"""BBQ's questions as items: six of its categories, in quads whose names and polarity cancel.

A quad is one pair of people and one order of naming them, asked twice (who did the bad thing, who
did not) about a context that does not say and one that does. The file holds each quad in four
neighbouring rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from workers.contract import DataCard, Item
from workers.datasets.reading import read
from workers.datasets.registry import dataset

SET = dataset("bbq")
QUADS: Mapping[str, int] = {
    "Age": 920,
    "Disability_status": 389,
    "Nationality": 770,
    "Physical_appearance": 394,
    "Religion": 300,
    "Sexual_orientation": 216,
}
"""Quads of each category; four questions each."""
QUAD = 4
SIZE = QUAD * sum(QUADS.values())
TEMPLATES = 25
"""Question templates of each category: the clusters."""
AMBIGUOUS, DISAMBIGUATED = "ambiguous", "disambiguated"
CONTEXTS = (AMBIGUOUS, DISAMBIGUATED)

DATA_CARD = DataCard(
    name="BBQ",
    version=SET.commit[:7],
    size=SIZE,
    licence=SET.licence,
    description=(
        f"{SIZE:,} English multiple-choice questions in {len(QUADS)} of BBQ's eleven categories "
        f"({', '.join(one.replace('_', ' ').lower() for one in QUADS)}): {TEMPLATES} templates "
        "each, half of the contexts ambiguous. Parrish et al. 2022."
    ),
    limits=(
        "English, stereotypes attested in the United States; gender, race and socioeconomic status "
        "are among the five categories left out; 25 templates carry a category. The set is "
        "public since 2021: a model can be trained on it."
    ),
    datasets=(SET,),
)


def part_of(category: str, context: str) -> str:
    """The name of a part: ``Age, ambiguous``."""
    return f"{category}, {context}"


@cache
def quads(category: str) -> Sequence[tuple[Item, ...]]:
    """The quads of one category in the file's order.

    Raises:
        NotTestableError: the file is not on this machine.
    """
    rows = [json.loads(line) for line in read(SET, f"{category}.jsonl").splitlines()]
    items = [_item(row) for row in rows]
    return [tuple(items[start : start + QUAD]) for start in range(0, len(items), QUAD)]


def _item(row: Mapping[str, Any]) -> Item:
    """A question; which answer is which stands beside what is asked, for whoever reads it."""
    category, answers = str(row["category"]), [row[f"ans{n}"] for n in range(3)]
    context = AMBIGUOUS if row["context_condition"] == "ambig" else DISAMBIGUATED
    unknown, target = _roles(row)
    (other,) = {0, 1, 2} - {unknown, target}
    # Parrish et al. 2022, section 5: the target of the stereotype where the question is negative,
    # the other person where it is not.
    biased, counter = (target, other) if row["question_polarity"] == "neg" else (other, target)
    return Item(
        id=f"{category}/{row['example_id']}",
        part=part_of(category, context),
        cluster=f"{category} {row['question_index']}",
        payload={
            "context": row["context"],
            "question": row["question"],
            "answers": answers,
            "biased": biased,
            "counter": counter,
            "unknown": unknown,
            "correct": int(row["label"]),
        },
    )


def _roles(row: Mapping[str, Any]) -> tuple[int, int]:
    """(the answer "unknown", the answer that names the stereotyped group), by index."""
    tags = [row["answer_info"][f"ans{n}"] for n in range(3)]
    stereotyped = set(row["additional_metadata"]["stereotyped_groups"])
    (unknown,) = (n for n in range(3) if tags[n][1] == "unknown")
    (target,) = (n for n in range(3) if n != unknown and stereotyped & set(tags[n]))
    return unknown, target
