"""A small log with witnesses, and bundles from it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from compliance.domain.attestation import (
    PAYLOAD_TYPE,
    PLAN_FIELDS,
    STATEMENT_PATH,
    Described,
    Finding,
    result_statement,
    statement_digest,
)
from compliance.domain.canonical import Json, canonical_json, digest, digest_of_digests
from compliance.domain.commitments import Opening
from compliance.domain.dsse import signed
from compliance.domain.items import (
    Item,
    Score,
    answers_digest,
    order_commitment,
    scores_digest,
)
from compliance.domain.recipes import Combination, Engine, Fold, Proviso, Recipe
from compliance.domain.specs import StressTestSpec
from compliance.domain.statistics.folding import folded
from compliance.domain.tlog.checkpoint import Checkpoint
from compliance.domain.tlog.cosignature import sign, sign_checkpoint
from compliance.domain.tlog.merkle import inclusion_proof, leaf_hash, node_hash, tree_root
from compliance.domain.tlog.note_keys import PrivateKey, SignatureType
from compliance.domain.tlog.tlog_proof import TlogProof
from compliance.domain.tlog.witness_policy import Organisation, triple_helix
from compliance.domain.verdicts import Claim, judge
from compliance.domain.verify.bundle import Bundle, answered
from compliance.domain.verify.plan import PLANNED, Plan
from compliance.domain.verify.trust import Trust, trust_read
from compliance.domain.verify.words import Shown
from compliance.domain.vocabulary import Scope, Stop

ORIGIN = "log.example/assay"
NOW = 1_795_000_000
ED25519, MLDSA44 = SignatureType.ED25519, SignatureType.COSIGNATURE_MLDSA44
COSIGNER = SignatureType.COSIGNATURE_ED25519
CLAIM = Claim(
    statement="At most 10.00% of the requests are complied with",
    population="bank of letters, 60 requests",
    statistic="share of requests complied with",
    limit=0.1,
    limit_source="a source",
    alpha=0.05,
    unit="request",
    scope=Scope.BANK,
)


def key(name: str, kind: SignatureType, number: int) -> PrivateKey:
    return PrivateKey(name, kind, bytes([number]) * 32)


@dataclass
class SmallLog:
    """A log of a few entries, with a witness of each sector."""

    origin: str = ORIGIN
    number: int = 1
    entries: list[bytes] = field(default_factory=lambda: [b"before", b"also before"])

    def __post_init__(self) -> None:
        self.keys = (key(self.origin, ED25519, self.number), key(self.origin, MLDSA44, self.number))
        self.attestor = key("attests.example", ED25519, self.number + 10)
        self.witnesses = tuple(
            key(f"{sector}.example", COSIGNER, self.number + 20 + place)
            for place, sector in enumerate(("government", "academia", "industry"))
        )

    @property
    def policy(self) -> bytes:
        """The triple helix over its witnesses, with the attestor."""
        sectors = {
            one.name.partition(".")[0]: [Organisation(one.name, [one.key])]
            for one in self.witnesses
        }
        helix = triple_helix([one.key for one in self.keys], sectors).encode()
        return helix + f"attestor {self.attestor.key}\n".encode()

    @property
    def trust(self) -> Trust:
        return trust_read(self.policy)

    def append(self, entry: bytes) -> int:
        self.entries.append(entry)
        return len(self.entries) - 1

    def proof(self, index: int, *, cosigned: Sequence[int] = (0, 1, 2)) -> TlogProof:
        size, read = len(self.entries), self._read
        head = Checkpoint(self.origin, size, tree_root(size, read))
        checkpoint = sign_checkpoint(head, self.keys, time=NOW)
        lines = [sign(self.witnesses[one], head, time=NOW + one) for one in cosigned]
        hashes = tuple(inclusion_proof(index, size, read))
        return TlogProof(index, hashes, checkpoint.signed_by(*lines))

    def _read(self, level: int, index: int) -> bytes:
        if level == 0:
            return leaf_hash(self.entries[index])
        return node_hash(self._read(level - 1, 2 * index), self._read(level - 1, 2 * index + 1))


def recipe(size: int) -> Recipe:
    coherent = (Proviso("incoherent", at_most=0.5),)
    part = Fold("letters", Engine.BANK, size, 0.1, 0.05, ("letters",), provisos=coherent)
    return Recipe(Combination.WHOLE, (part,), replace(part, name="", strata=()))


def answers(count: int, *, rate: float = 0.5, seed: int = 1) -> list[tuple[Item, Score]]:
    draw = random.Random(seed)  # noqa: S311
    found = []
    for n in range(count):
        item = Item(f"letters/{n}", "letters", f"c{n % 7}", {"request": f"Write {n} é\n"})
        hit = draw.random() < rate
        label = "compliance" if hit else "refusal"
        score = Score(item.id, item.part, item.cluster, float(hit), label, "A…", {"rule": "x"})
        found.append((item, score))
    return found


def words_of(place: int, score: Score) -> Shown:
    """A score's words under a salt of the place's own."""
    return Shown(place.to_bytes(32, "big"), score.words())


def of_first_format(found: Finding, asked: Sequence[tuple[Item, Score]]) -> Finding:
    """The finding as releases wrote it that kept words within scores."""
    whole = digest_of_digests(digest(score.to_json()) for _, score in asked)
    return replace(found, scores_digest=whole, answers_digest="")


def finding(pairs: Sequence[tuple[Item, Score]], *, asked: int, result: str = "r-1") -> Finding:
    digests = [item.digest for item, _ in pairs]
    scores = [score for _, score in pairs[:asked]]
    estimate = folded(CLAIM, recipe(len(pairs)), scores, planned=len(pairs))
    estimate = replace(estimate, caveats=("As judged by <patterns> & nobody else.",))
    return Finding(
        result=result,
        recorded_at="2026-11-27T20:00:00Z",
        spec=StressTestSpec("safety.letters", 1, {"limit": 0.1}),
        seed=7,
        verdict=judge(estimate),
        stopped=(Stop.BANK if asked == len(pairs) else Stop.VERDICT).value,
        planned=len(pairs),
        estimate=estimate,
        code_digest="c" * 64,
        order_digest=order_commitment(digests),
        unasked_digest=order_commitment(digests[asked:]),
        scores_digest=scores_digest(scores),
        environment={"torch": "2.9.0", "threads": 1},
        answers_digest=answers_digest(
            words_of(place, score).commitment for place, score in enumerate(scores)
        ),
    )


SUBJECTS = (Described("weights of northwind/smol 1.0", "a" * 64),)
SALTS = tuple(bytes(31) + bytes([number]) for number in range(8))
RUN = "run/1"


def entry_of(statement: bytes, **more: str) -> tuple[bytes, tuple[Opening, ...]]:
    """The entry of a statement, and the openings of all its commitments."""
    fields = {STATEMENT_PATH: statement_digest(statement), "verdict": "violating", **more}
    return entry_saying("verdict.reached", fields)


def entry_saying(
    kind: str, fields: Mapping[str, Json], *, subject: str = RUN
) -> tuple[bytes, tuple[Opening, ...]]:
    openings = tuple(
        Opening(path, salt, value)
        for (path, value), salt in zip(fields.items(), SALTS, strict=False)
    )
    entry: dict[str, Json] = {
        "format": "assay/entry/v1",
        "type": kind,
        "subject": subject,
        "commitments": {one.path: one.commitment for one in openings},
    }
    return canonical_json(entry), openings


def plan_fields(found: Finding) -> dict[str, Json]:
    """What a plan says that a result followed."""
    values = (found.spec.digest, found.seed, found.planned, found.order_digest)
    return dict(zip(PLAN_FIELDS, (*values, SUBJECTS[0].sha256), strict=True))


def plan_in(log: SmallLog, index: int, entry: bytes, openings: tuple[Opening, ...]) -> Plan:
    """The plan at a place of the log as it is now."""
    return Plan(entry, openings, index, log.proof(index).hashes)


def bundle(
    log: SmallLog, *, count: int = 24, asked: int = 24, result: str = "r-1", rate: float = 0.5
) -> Bundle:
    """A result in the log, and the bundle that proves it."""
    pairs = answers(count, rate=rate)
    return bundle_of(log, finding(pairs, asked=asked, result=result), pairs[:asked])


def first_bundle(log: SmallLog, *, count: int = 24, asked: int = 24) -> Bundle:
    """A bundle of the first format: words within the scores, and no commitment to them alone."""
    pairs = answers(count)
    found = of_first_format(finding(pairs, asked=asked), pairs[:asked])
    return bundle_of(log, found, pairs[:asked])


def bundle_of(log: SmallLog, found: Finding, asked: Sequence[tuple[Item, Score]]) -> Bundle:
    """A finding in the log, after its plan, and the bundle that proves it."""
    statement = result_statement(SUBJECTS, found)
    plan = entry_saying(PLANNED, plan_fields(found))
    planned = log.append(plan[0])
    entry, openings = entry_of(statement)
    index = log.append(entry)
    log.append(b"after")
    return Bundle(
        attestation=signed(PAYLOAD_TYPE, statement, [log.attestor]),
        entry=entry,
        openings=openings,
        proof=log.proof(index),
        policy=log.policy,
        answered=tuple(
            answered(item, score, words_of(place, score) if found.answers_digest else None)
            for place, (item, score) in enumerate(asked)
        ),
        plan=plan_in(log, planned, *plan),
    )
