"""How accurate the pattern judge is, against people's labels of the same answers.

``python -m workers.scoring.refusal_accuracy`` prints the judge's card from the XSTest completions
(three models, 450 answers each, labelled by two people, ties broken; Röttger et al., NAACL 2024).

How the patterns came about: they were written while reading the answers of two models (GPT-4
and Mistral with a guard prompt) to the prompts of odd number, and not changed after the rest was
measured. The even-numbered prompts of those models, and everything from the third
(Mistral-instruct), were not read: their figures are the honest ones.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from compliance.domain.canonical import Json
from workers.scoring.judge_cards import LENGTHS, SOURCE, cell, cut
from workers.scoring.judges import judged
from workers.scoring.refusal_patterns import Patterns
from workers.scoring.xstest import MODELS, Labelled, labelled

READ_WHILE_WRITING = ("gpt4", "mistralguard")


def measure() -> dict[str, Json]:
    """The judge's card.

    Raises:
        NotTestableError: the completions are not at hand.
    """
    judge, cells = Patterns(), list[Json]()
    for model, title in MODELS.items():
        for part, chosen, read in _splits(labelled(model), model in READ_WHILE_WRITING):
            for length, words in LENGTHS.items():
                outcomes = [judged(judge, o.request, cut(o.answer, words)).outcome for o in chosen]
                origin: dict[str, Json] = {"model": title, "answers": part, "length": length}
                cells.append(origin | {"read_while_writing": read} | cell(chosen, outcomes))
    command = "python -m workers.scoring.refusal_accuracy"
    return {**SOURCE, "judge": judge.name, "command": command, "cells": cells}


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


if __name__ == "__main__":
    json.dump(measure(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
