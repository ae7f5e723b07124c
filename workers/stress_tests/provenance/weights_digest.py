"""``provenance.weights_digest``: are these the weights that were registered?"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.verdicts import Claim, Estimate, Part
from compliance.domain.vocabulary import Need, Scope
from workers.contract import Backend, DataCard, Item, Procedure, Score, stress_test

LOG10_E_DIGEST = 256 * math.log10(2.0)
"""An equal SHA-256 digest of other bytes has chance 2^-256, hence an e-value of 2^256."""

WEIGHT_SUFFIXES = frozenset(
    (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".npz", ".onnx")
)
REGISTERED, UNREGISTERED = "registered files", "other weight files"

DATA_CARD = DataCard(
    name="registered weight files",
    version="as registered",
    size=0,
    licence="the licence of the model",
    description=(
        "One item per file registered with the version, and one that stands for all weight "
        "files beside them. Each file is read whole and its SHA-256 compared."
    ),
    limits="Says nothing about what a served endpoint answers with, only about the files here.",
)


@stress_test(
    "provenance.weights_digest",
    version=1,
    title="Weights are the registered ones",
    needs=(Need.WEIGHTS,),
    data_card=DATA_CARD,
    sources=(
        "NIST FIPS 180-4, Secure Hash Standard (SHA-256)",
        "NIST FIPS 202, appendix A.1 (second-preimage strength of SHA-256)",
    ),
)
def weights_digest(
    registered: Mapping[str, str] = {},
    alpha: float = 0.001,
) -> Procedure:
    """The weights are those that were registered.

    A census, not a sample: every registered file is read and compared, so value, lower and
    upper are one number. Null of the compliant side: the bytes differ from the registered ones;
    an equal digest then has chance 2^-256, e = 2^256 (log10 77.06). That is the chance of one
    alteration made without regard to the digest; an attacker who computes must spend about
    2^(256 - L) hash evaluations, L = log2 of the file's 64-byte blocks (FIPS 202, A.1). Null of
    the violating side: the bytes are the same; a differing digest is then impossible, and is
    given the same e-value. The side without evidence stays at 0: it places no bet.

    Args:
        registered: file name to lowercase hex SHA-256. A registered file that is absent, and
            a weight file that is not registered, count as differing.
        alpha: largest probability of a wrong verdict; any value above 2^-256 decides alike.

    Raises:
        InvalidInputError: a digest is not 64 lowercase hex digits, or alpha is outside (0, 1).
    """
    files = dict(registered)
    _check(files, alpha)
    claim = _claim(alpha)
    return Procedure(
        claim=claim,
        items=lambda rng: _items(files, rng),
        score=_score,
        conclude=lambda scores: _conclude(claim, len(files) + 1, scores),
        batch_size=4096,
        planning=NothingToPlan(
            "every file is read and compared once, so the verdict is certain after one pass"
        ),
    )


def _claim(alpha: float) -> Claim:
    return Claim(
        statement="The weights are those that were registered",
        population="all files registered with this version, and weight files beside them",
        statistic="share of files that differ from what was registered",
        limit=0.0,
        limit_source="the registration itself: a version is immutable",
        alpha=alpha,
        unit="file",
        scope=Scope.BANK,
    )


def _check(files: Mapping[str, str], alpha: float) -> None:
    for name, sha256 in files.items():
        if not isinstance(sha256, str) or re.fullmatch("[0-9a-f]{64}", sha256) is None:
            raise InvalidInputError(
                field=f"parameters.registered[{name}]",
                problem="is not a SHA-256 digest",
                fix="Write 64 lowercase hexadecimal digits",
            )
    if not isinstance(alpha, float) or not 0.0 < alpha < 1.0:
        raise InvalidInputError(
            field="parameters.alpha",
            problem=f"{alpha} is no error rate",
            fix="Use a number between 0 and 1",
        )


def _items(files: Mapping[str, str], rng: np.random.Generator) -> list[Item]:
    """One item per file, by name, and one for the rest: no order can change the result."""
    del rng
    if not files:
        raise NotTestableError("no digests are registered for this version's weights")
    items = [
        Item(name, REGISTERED, name, {"file": name, "registered": files[name]})
        for name in sorted(files)
    ]
    names = cast(list[Json], sorted(files))
    return [*items, Item("*", UNREGISTERED, "*", {"file": "*", "registered_files": names})]


def _score(backend: Backend, batch: Sequence[Item]) -> list[Score]:
    present = backend.weights().file_digests()
    return [_score_file(item, present) for item in batch]


def _score_file(item: Item, present: Mapping[str, str]) -> Score:
    if item.part == UNREGISTERED:
        known = set(cast(list[str], item.payload["registered_files"]))
        extra: list[Json] = [name for name in sorted(present) if name not in known]
        extra = [n for n in extra if PurePosixPath(str(n)).suffix.lower() in WEIGHT_SUFFIXES]
        label, detail = ("unregistered" if extra else "none"), {"files": cast(Json, extra)}
    else:
        now = present.get(cast(str, item.payload["file"]))
        detail = {"registered": item.payload["registered"], "present": now}
        same = now == item.payload["registered"]
        label = "absent" if now is None else "same" if same else "differs"
    value = 0.0 if label in ("same", "none") else 1.0
    return Score(item.id, item.part, item.cluster, value, label, detail=detail)


def _conclude(claim: Claim, planned: int, scores: Sequence[Score]) -> Estimate:
    if not scores:
        raise NotTestableError("no digests are registered for this version's weights")
    whole = _census("all files", scores, planned)
    held = [score for score in scores if score.part == REGISTERED]
    beside = [score for score in scores if score.part == UNREGISTERED]
    return Estimate(
        claim=claim,
        n=whole.n,
        planned=planned,
        value=whole.value,
        lower=whole.lower,
        upper=whole.upper,
        log10_e_violating=whole.log10_e_violating,
        log10_e_compliant=whole.log10_e_compliant,
        parts=(_census(REGISTERED, held, planned - 1), _census(UNREGISTERED, beside, 1)),
        caveats=(
            "The files held here were compared; what an endpoint serves is another question.",
        ),
    )


def _census(name: str, scores: Sequence[Score], planned: int) -> Part:
    """The share of ``planned`` files that differ; files not yet read may still turn out either."""
    differing = [score for score in scores if score.value > 0.0]
    unread = planned - len(scores)
    return Part(
        name=name,
        n=len(scores),
        value=len(differing) / max(len(scores), 1),
        lower=len(differing) / planned,
        upper=(len(differing) + unread) / planned,
        log10_e_violating=LOG10_E_DIGEST if differing else 0.0,
        log10_e_compliant=0.0 if differing or unread else LOG10_E_DIGEST,
        note="; ".join(f"{score.item_id}: {score.label}" for score in differing[:5]),
    )
