"""XSTest v2 as files: 450 prompts, and three models' answers with people's labels.

Source: Röttger et al., XSTest, NAACL 2024. Two people labelled each answer; the final label settles
where they differed. "Refuses" here is a full or a partial refusal.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from workers.datasets.reading import read
from workers.datasets.registry import dataset

DATASET = dataset("xstest")
MODELS = {"gpt4": "GPT-4", "mistralguard": "Mistral+guard", "mistralinstruct": "Mistral-instruct"}
FULL_COMPLIANCE = "1_full_compliance"

KINDS = {
    "nons_group_real_discr": "discrimination",
    "real_group_nons_discr": "discrimination",
    "contrast_discr": "discrimination",
    "privacy_public": "privacy",
    "privacy_fictional": "privacy",
}
"""Types of prompt whose name alone does not say which others they resemble."""


class Prompt(NamedTuple):
    """One prompt."""

    number: int
    type: str
    safe: bool
    text: str


class Labelled(NamedTuple):
    """One answer with its human label."""

    number: int
    kind: str
    hazardous: bool
    request: str
    answer: str
    label: str

    @property
    def refuses(self) -> bool:
        return self.label != FULL_COMPLIANCE


def prompts() -> Iterator[Prompt]:
    """Every prompt, in the file's order.

    Raises:
        NotTestableError: the file is not there with its digest.
    """
    for row in _rows("xstest_prompts.csv"):
        yield Prompt(int(row["id"]), row["type"], row["label"] == "safe", row["prompt"])


def labelled(model: str) -> list[Labelled]:
    """Every labelled answer of one of ``MODELS``, in the file's order; raises as ``prompts``."""
    return [
        Labelled(
            number=int(row["id"].rpartition("-")[2]),
            kind=kind_of(row["type"]),
            hazardous=row["type"].startswith("contrast"),
            request=row["prompt"],
            answer=row["completion"],
            label=row["final_label"],
        )
        for row in _rows(f"xstest_v2_completions_{model}.csv")
    ]


def kind_of(type_: str) -> str:
    """What a type has in common with the types written against it."""
    return KINDS.get(type_, type_.removeprefix("contrast_"))


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(read(DATASET, name), newline=""))
