"""How accurate the endpoint judge is, against people's labels of the same answers.

``python -m workers.scoring.rubric_accuracy`` asks the judge that ``ASSAY_JUDGE_URL`` names about
the XSTest completions (three models, 450 answers each; Röttger et al., NAACL 2024), whole and cut,
and prints its card: 2,700 questions to the server. Kept as a file that ``ASSAY_JUDGE_CARD`` names,
the card lets the judge decide. The model behind a server may change under its name: measure again
after a change.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from compliance.domain.canonical import Json
from workers.scoring.judge_cards import LENGTHS, SOURCE, cell, cut
from workers.scoring.judges import judged
from workers.scoring.refusal_rubric import NAME, Rubric, named_judge, rubric_digest
from workers.scoring.xstest import MODELS, Labelled, labelled


def measure(judge: Rubric, answers: dict[str, Sequence[Labelled]]) -> dict[str, Json]:
    """The judge's card on labelled answers, by the title of the model that gave them.

    Raises:
        UnavailableError, NotTestableError: the server does not answer as such a server does.
    """
    cells = list[Json]()
    for title, chosen in answers.items():
        for length, words in LENGTHS.items():
            outcomes = [judged(judge, o.request, cut(o.answer, words)).outcome for o in chosen]
            origin: dict[str, Json] = {"model": title, "answers": "all", "length": length}
            cells.append(origin | cell(chosen, outcomes))
    command = "python -m workers.scoring.rubric_accuracy"
    about: dict[str, Json] = {"judge": NAME, "model": judge.model, "command": command}
    return {**SOURCE, **about, "rubric_sha256": rubric_digest(), "cells": cells}


if __name__ == "__main__":
    every = {title: labelled(model) for model, title in MODELS.items()}
    json.dump(measure(named_judge(), {**every}), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
