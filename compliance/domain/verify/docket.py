"""A docket: the one file of a dispute, and the plan that its battery was ordered by.

An archive as bundles are (``archive.py``), of these parts:

- ``docket.json``: ``{"format", "dispute", "plans"}``; a plan for each battery, in order.
- ``proof.json``: a page's proof (``page_proof.py``) of every step, as the court's record
  has it: who claims what, the digests of what was filed, the order, commitments and shares, what
  was found, the ruling.
- ``result-1.zip``, ``result-2.zip``, …: the bundle of each result that was heard, in that order.

What it must prove is in ``docket_rules.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from compliance.domain.batteries import MOST_BATTERIES
from compliance.domain.canonical import Json, canonical_json
from compliance.domain.disputes import MOST_TESTS
from compliance.domain.specs import StressTestSpec
from compliance.domain.strict_json import StrictJsonError, strict_json
from compliance.domain.verify.archive import (
    MAX_ARCHIVE_BYTES,
    ArchiveError,
    parts_counted,
    read_archive,
    write_archive,
)

FORMAT = "assay/docket/v2"
PLAN_FORMAT = "assay/plan/v1"
MAX_DOCKET_BYTES = 1 << 20
MAX_PROOF_BYTES = 1 << 26
MOST_BUNDLES = MOST_TESTS * MOST_BATTERIES
_FIRST = ("docket.json", "proof.json")
_LOCAL_HEADER = 30


@dataclass(frozen=True, slots=True)
class Docket:
    """What a docket holds; nothing of it is verified.

    Attributes:
        plans: as they were ordered or agreed on, one for each battery, in order.
        proof: a page's proof of every step.
        bundles: of the results that were heard, in order.
    """

    dispute: str
    plans: tuple[Mapping[str, Json], ...]
    proof: bytes
    bundles: tuple[bytes, ...]


def plan_of(
    *,
    dispute: str,
    claimant: Mapping[str, Json],
    respondent: Mapping[str, Json],
    battery: Sequence[StressTestSpec],
) -> dict[str, Json]:
    """What is going to be run, to the last parameter, before anybody knows the seed.

    Args:
        claimant, respondent: version, label and weights_digest of each.
        battery: bound specs.
    """
    return {
        "format": PLAN_FORMAT,
        "dispute": dispute,
        "claimant": dict(claimant),
        "respondent": dict(respondent),
        "battery": [spec.to_json() for spec in battery],
    }


def docket_build(docket: Docket) -> bytes:
    """The docket's file; equal dockets give equal bytes.

    Raises:
        ArchiveError: a part is too large, or there are too many.
    """
    limits = _limits(len(docket.bundles))
    parts = dict(zip(limits, (_head(docket), docket.proof, *docket.bundles), strict=True))
    content = write_archive(parts, limits)
    if len(content) > MAX_ARCHIVE_BYTES:
        raise ArchiveError(f"a docket of {len(content)} bytes, more than {MAX_ARCHIVE_BYTES}")
    return content


def docket_read(data: bytes) -> Docket:
    """A docket of which nothing is verified yet.

    Raises:
        ArchiveError: no docket, or one that is written in another way.
    """
    parts = read_archive(data, _limits(parts_counted(data) - len(_FIRST)))
    head, proof, *bundles = parts.values()
    try:
        value = strict_json(head, max_bytes=MAX_DOCKET_BYTES)
    except StrictJsonError as error:
        raise ArchiveError(f"docket.json: {error}") from error
    if not isinstance(value, Mapping) or set(value) != {"format", "dispute", "plans"}:
        raise ArchiveError("docket.json has format, dispute and plans")
    plans, dispute = value["plans"], value["dispute"]
    if value["format"] != FORMAT or not isinstance(dispute, str):
        raise ArchiveError(f"docket.json is not of the format {FORMAT}")
    if not isinstance(plans, list) or not all(isinstance(one, Mapping) for one in plans):
        raise ArchiveError("the plans in docket.json are a list of objects")
    found = Docket(dispute, cast("tuple[Mapping[str, Json]]", tuple(plans)), proof, tuple(bundles))
    if _head(found) != head:
        raise ArchiveError("docket.json is written in another way than it must be")
    return found


def is_docket(data: bytes) -> bool:
    """Whether a file begins as a docket does; bundles begin with their page."""
    name = _FIRST[0].encode()
    return data[:4] == b"PK\x03\x04" and data[_LOCAL_HEADER:].startswith(name)


def _limits(bundles: int) -> dict[str, int]:
    if not 0 <= bundles <= MOST_BUNDLES:
        raise ArchiveError(f"a docket has its two first parts and at most {MOST_BUNDLES} bundles")
    limits = dict(zip(_FIRST, (MAX_DOCKET_BYTES, MAX_PROOF_BYTES), strict=True))
    return limits | {f"result-{one}.zip": MAX_ARCHIVE_BYTES for one in range(1, bundles + 1)}


def _head(docket: Docket) -> bytes:
    plans: list[Json] = [dict(one) for one in docket.plans]
    return canonical_json({"format": FORMAT, "dispute": docket.dispute, "plans": plans})
