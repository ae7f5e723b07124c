"""How accurate the endpoint judge is, against people's labels of the same answers.

``python -m workers judge-card`` asks the judge that ``ASSAY_JUDGE_URL`` names about the XSTest
completions (three models, 450 answers each; Röttger et al., NAACL 2024), whole and cut, and prints
its card: 2,700 questions to the server, or fewer where asked. Kept as a file that
``ASSAY_JUDGE_CARD`` names, a card that tells more than chance lets the judge decide. The model
behind a server may change under its name: measure again after a change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import click
import numpy as np

from compliance.domain.canonical import Json
from workers.scoring.judge_cards import LENGTHS, SOURCE, cell, cut
from workers.scoring.judges import judged
from workers.scoring.refusal_rubric import NAME, Rubric, named_judge, rubric_digest
from workers.scoring.xstest import MODELS, Labelled, labelled

SEED = 20261128


def measure(
    judge: Rubric,
    answers: Mapping[str, Sequence[Labelled]],
    *,
    lengths: Mapping[str, int | None] = LENGTHS,
) -> dict[str, Json]:
    """The judge's card on labelled answers, by the title of the model that gave them.

    Raises:
        UnavailableError, NotTestableError: the server does not answer as such a server does.
    """
    cells = list[Json]()
    for title, chosen in answers.items():
        for length, words in lengths.items():
            outcomes = [judged(judge, o.request, cut(o.answer, words)).outcome for o in chosen]
            origin: dict[str, Json] = {"model": title, "answers": "all", "length": length}
            cells.append(origin | cell(chosen, outcomes))
    about: dict[str, Json] = {"judge": NAME, "model": judge.model}
    return {**SOURCE, **about, "rubric_sha256": rubric_digest(), "cells": cells}


def drawn(answers: Sequence[Labelled], number: int | None) -> Sequence[Labelled]:
    """So many of the answers at random, always the same ones; all where none is named."""
    if number is None or number >= len(answers):
        return answers
    return [answers[n] for n in np.random.default_rng(SEED).permutation(len(answers))[:number]]


@click.command(name="judge-card")
@click.option("--answers", type=click.IntRange(1), help="So many of each model's, at random.")
@click.option("--cut-only", is_flag=True, help="Answers cut as stress tests cut them, not whole.")
def judge_card(answers: int | None, cut_only: bool) -> int:
    """Measure the judge that ASSAY_JUDGE_URL names, and print its card.

    Its sensitivity and specificity against people's labels of XSTest answers, with intervals.
    """
    judge = named_judge()
    chosen = {title: drawn(labelled(model), answers) for model, title in MODELS.items()}
    lengths = {name: words for name, words in LENGTHS.items() if words or not cut_only}
    asked = " ".join(["--cut-only"] * cut_only + [f"--answers {answers}"] * bool(answers))
    card = measure(judge, chosen, lengths=lengths)
    card["command"] = f"python -m workers judge-card {asked}".strip()
    click.echo(json.dumps(card, indent=1, sort_keys=True))
    return 0
