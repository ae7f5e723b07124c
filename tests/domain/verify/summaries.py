"""Verification summaries, and the place of one in a small log."""

from __future__ import annotations

from dataclasses import replace

from compliance.domain.attestation import (
    PAYLOAD_TYPE,
    STATEMENT_PATH,
    Described,
    Summary,
    statement_digest,
    summary_statement,
)
from compliance.domain.dsse import signed
from compliance.domain.verify.page_proof import ProvedEntry
from compliance.domain.verify.summary_file import SummaryFile
from tests.domain.verify.bundles import SmallLog, entry_saying

SUBJECTS = (Described("northwind/smol 1.0", "a" * 64),)
MET = Summary(
    verifier="https://assay.example",
    time="2026-11-28T02:00:00Z",
    resource="urn:assay:version:1",
    pack="house-baseline@1",
    pack_sha256="b" * 64,
    statements=("c" * 64, "d" * 64),
    met=True,
    levels=("ASSAY_POLICY_HOUSE_BASELINE_1",),
)
FAILED = replace(MET, met=False, levels=(), statements=())

LIES = (
    (b'"PASSED"', b'"FAILED"'),
    (b'"PASSED"', b'"WARNED"'),
    (b'["ASSAY_POLICY_HOUSE_BASELINE_1"]', b'["FAILED"]'),
    (b'["ASSAY_POLICY_HOUSE_BASELINE_1"]', b"[]"),
    (b'["ASSAY_POLICY_HOUSE_BASELINE_1"]', b'"A"'),
    (b"2026-11-28T02:00:00Z", b"2026-11-31T02:00:00Z"),
    (b"2026-11-28T02:00:00Z", b"2026-11-28T24:00:00Z"),
    (b"2026-11-28T02:00:00Z", b"2026-11-28T02:00:00+02:00"),
    (b"2026-11-28T02:00:00Z", b"lately"),
    (b"urn:assay:policy:", b"urn:else:"),
    (b"b" * 64, b"B" * 64),
    (b"verification_summary/v1", b"verification_summary/v2"),
    (b"Statement/v1", b"Statement/v0.1"),
    (b'"slsaVersion":"1.1"', b'"slsaVersion":"1.2"'),
    (b'"subject":[', b'"subject":[[],'),
    (b'"northwind/smol 1.0"', b'""'),
    (b'{"_type"', b' {"_type"'),
    (b'{"_type"', b'{"_tipe":1,"_type"'),
)
"""What a signed statement must not say, by what it says in its place."""


def summary_in(log: SmallLog, summary: Summary = MET) -> SummaryFile:
    """A summary in the log, attested by the log's attestor, with its place."""
    statement = summary_statement(SUBJECTS, summary)
    fields = {"pack": summary.pack, STATEMENT_PATH: statement_digest(statement)}
    entry, openings = entry_saying("obligation.summary.issued", dict(fields), subject="summary/1")
    index = log.append(entry)
    place = ProvedEntry(entry, openings, log.proof(index))
    return SummaryFile(signed(PAYLOAD_TYPE, statement, [log.attestor]), place)
