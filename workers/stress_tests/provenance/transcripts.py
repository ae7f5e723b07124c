"""A claimant's transcript: what was trained on, and when in the course of training.

It lies beside the claimant's registered weights as ``transcript.jsonl``, so the digest registered
for the version commits to it. One JSON object a line, ``{"step": 12, "prefix": …, "text": …}``: the
training step that read the passage, how it begins, and how it goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.strict_json import StrictJsonError, strict_json
from compliance.domain.weights import artifacts_digest
from workers.contract import Backend, ComparingBackend, FilesBackend

NAME = "transcript.jsonl"
MAX_BYTES, MAX_LINE_BYTES = 64 << 20, 1 << 20
SEED = 20261128
"""Of which passages of one step come first: that order says nothing, so it must not choose."""
_KEYS = {"step", "prefix", "text"}


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage and the training step that read it."""

    step: int
    prefix: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"{self.prefix}\x00{self.text}".encode()).hexdigest()


def read_transcript(backend: Backend, claimant: str) -> tuple[Passage, ...]:
    """The transcript registered with the weights of digest ``claimant``.

    Raises:
        NotTestableError: no such weights at hand, other files than registered, or no transcript.
        InvalidInputError: a malformed transcript.
    """
    if not isinstance(backend, ComparingBackend):
        raise NotTestableError("this model's backend can open no other model beside it")
    owner = backend.reference(claimant)
    if not isinstance(owner, FilesBackend):
        raise NotTestableError("the claimant's backend shows no files")
    digests = owner.file_digests()
    if artifacts_digest(digests) != claimant:
        raise NotTestableError("the claimant's files are not those that were registered")
    data = owner.file(NAME, max_bytes=MAX_BYTES)
    if hashlib.sha256(data).hexdigest() != digests.get(NAME):
        raise NotTestableError(f"the claimant's {NAME} changed while it was read")
    return parse_transcript(data)


def parse_transcript(data: bytes) -> tuple[Passage, ...]:
    """The passages, in the order of the file.

    Raises:
        InvalidInputError: a line is no such object, or a passage stands twice.
    """
    lines = data.splitlines()
    found = tuple(_passage(line, number) for number, line in enumerate(lines, start=1))
    seen: dict[tuple[str, str], int] = {}
    for number, one in enumerate(found, start=1):
        before = seen.setdefault((one.prefix, one.text), number)
        if before != number:
            raise _malformed(
                number, f"holds the passage of line {before}", "Give one epoch, the last, alone"
            )
    return found


def spread(passages: Sequence[Passage], number: int) -> list[Passage]:
    """So many of them, as evenly over the steps as can be; of one step, by lot.

    Raises:
        NotTestableError: there are fewer.
    """
    if len(passages) < number:
        raise NotTestableError(
            f"the transcript holds {len(passages)} passages and {number} were to be asked; "
            "set 'passages' to at most as many"
        )
    lots = np.random.default_rng(SEED).random(len(passages))
    order = np.lexsort((lots, np.array([one.step for one in passages])))
    return [passages[order[k * len(order) // number]] for k in range(number)]


def _passage(line: bytes, number: int) -> Passage:
    example = 'Write {"step": 12, "prefix": "How it begins", "text": " and goes on"}'
    try:
        entry = strict_json(line, max_bytes=MAX_LINE_BYTES)
    except StrictJsonError as error:
        raise _malformed(number, f"cannot be read ({error})", example) from error
    if not isinstance(entry, dict) or set(entry) != _KEYS:
        raise _malformed(number, "is no object with step, prefix and text", example)
    step, prefix, text = (entry[key] for key in ("step", "prefix", "text"))
    if type(step) is not int or step < 0:
        raise _malformed(number, "has no whole number as its step", example)
    if not isinstance(prefix, str) or not isinstance(text, str):
        raise _malformed(number, "has a prefix or text that is no text", example)
    if not prefix.strip() or not text:
        raise _malformed(number, "has an empty prefix or text", example)
    return Passage(step, prefix, text)


def _malformed(number: int, problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(
        field="parameters.claimant", problem=f"line {number} of {NAME} {problem}", fix=fix
    )
