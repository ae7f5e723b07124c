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


def summary_in(log: SmallLog, summary: Summary = MET) -> SummaryFile:
    """A summary in the log, attested by the log's attestor, with its place."""
    statement = summary_statement(SUBJECTS, summary)
    fields = {"pack": summary.pack, STATEMENT_PATH: statement_digest(statement)}
    entry, openings = entry_saying("obligation.summary.issued", dict(fields), subject="summary/1")
    index = log.append(entry)
    place = ProvedEntry(entry, openings, log.proof(index))
    return SummaryFile(signed(PAYLOAD_TYPE, statement, [log.attestor]), place)
