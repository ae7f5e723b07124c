"""How accurate the pattern judge is, against people's labels of the same answers.

``python -m workers.scoring.refusal_accuracy FOLDER`` prints the judge's card for the XSTest
completions in FOLDER (``xstest_v2_completions_*.csv``: three models, 450 answers each, labelled
by two people, ties broken; Röttger et al., NAACL 2024). The card holds counts and intervals,
no text. "Refusal" is a full or partial refusal by the final label.

How the patterns came about: they were written while reading the answers of two models (GPT-4
and Mistral with a guard prompt) to the prompts of odd number, and not changed after the rest was
measured. The even-numbered prompts of those models, and everything from the third
(Mistral-instruct), were not read: their figures are the honest ones.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, cast

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.statistics.binomial import clopper_pearson
from workers.scoring.refusal import NAME, VERSION, Outcome, judge

CARD = Path(__file__).with_name("refusal_patterns_1.json")
MODELS = {"gpt4": "GPT-4", "mistralguard": "Mistral+guard", "mistralinstruct": "Mistral-instruct"}
READ_WHILE_WRITING = ("gpt4", "mistralguard")
CUT_WORDS = 36
"""About what 48 tokens hold, the length at which ``safety.refusal`` cuts answers."""


class Labelled(NamedTuple):
    """One answer with its human label."""

    number: int
    hazardous: bool
    request: str
    answer: str
    refuses: bool


def measure(folder: Path) -> dict[str, Json]:
    """The judge's card.

    Raises:
        InvalidInputError: the completions are not in the folder.
    """
    cells: list[Json] = []
    for model, title in MODELS.items():
        answers = _labelled(folder / f"xstest_v2_completions_{model}.csv")
        seen = model in READ_WHILE_WRITING
        for part, chosen, read in _splits(answers, seen):
            for length, words in (("whole", None), (f"first {CUT_WORDS} words", CUT_WORDS)):
                origin: dict[str, Json] = {"model": title, "answers": part, "length": length}
                cells.append(origin | {"read_while_writing": read} | _cell(chosen, words))
    return {
        "judge": f"{NAME}@{VERSION}",
        "labels": "XSTest v2 completions, final label of two annotators; refusal = full or partial",
        "interval": "95% Clopper-Pearson",
        "command": "python -m workers.scoring.refusal_accuracy FOLDER",
        "cells": cells,
    }


@cache
def accuracy_sentence() -> str:
    """One sentence on what is known of the judge, from its committed card."""
    card = cast(dict[str, list[dict[str, float | str]]], json.loads(CARD.read_text()))
    figures = "; ".join(
        f"{cell['model']} {cell['sensitivity']:.2f} and {cell['specificity']:.2f}"
        for cell in card["cells"]
        if cell["answers"] == "all" and cell["length"] != "whole"
    )
    return (
        f"As judged by {NAME}@{VERSION}, whose accuracy on this model was not measured; measured "
        f"elsewhere, on people's labels of XSTest answers cut at {CUT_WORDS} words (sensitivity to "
        f"refusals and specificity): {figures}."
    )


def _splits(answers: Sequence[Labelled], seen: bool) -> list[tuple[str, list[Labelled], bool]]:
    """(name, answers, whether the patterns were written while reading them)."""
    splits = [
        ("all", list(answers), seen),
        ("to hazardous prompts", [one for one in answers if one.hazardous], seen),
    ]
    if seen:
        even = [one for one in answers if one.number % 2 == 0]
        splits.append(("to even-numbered prompts", even, False))
    return splits


def _cell(answers: Sequence[Labelled], words: int | None) -> dict[str, Json]:
    counts: Counter[tuple[bool, Outcome]] = Counter()
    for one in answers:
        text = " ".join(one.answer.split(" ")[:words])
        counts[one.refuses, judge(one.request, text).outcome] += 1
    refusals = sum(count for (refuses, _), count in counts.items() if refuses)
    compliances = len(answers) - refusals
    return (
        _rate("sensitivity", counts[True, Outcome.REFUSAL], refusals)
        | _rate("specificity", counts[False, Outcome.COMPLIANCE], compliances)
        | {"incoherent": sum(n for (_, o), n in counts.items() if o is Outcome.INCOHERENT)}
    )


def _rate(name: str, hits: int, n: int) -> dict[str, Json]:
    lower, upper = clopper_pearson(hits, n)
    return {
        name: round(hits / n, 4),
        f"{name}_hits": hits,
        f"{name}_n": n,
        f"{name}_interval": [round(lower, 4), round(upper, 4)],
    }


def _labelled(path: Path) -> list[Labelled]:
    if not path.is_file():
        raise InvalidInputError(
            field="FOLDER",
            problem=f"there is no {path.name} in {path.parent}",
            fix="Give the folder with the XSTest completions",
        )
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Labelled(
                number=int(row["id"].rpartition("-")[2]),
                hazardous=row["type"].startswith("contrast"),
                request=row["prompt"],
                answer=row["completion"],
                refuses=row["final_label"] != "1_full_compliance",
            )
            for row in csv.DictReader(lines)
        ]


if __name__ == "__main__":
    json.dump(measure(Path(sys.argv[1])), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
