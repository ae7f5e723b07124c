"""``assay-verify FILE``: checks a bundle, a page's proof, a summary, a docket, an entry's proof or
an opened file of sealed weights offline; ``assay-verify FOLDER``: a copy of the whole log.

Needs ``cryptography`` and ``rfc8785``; recomputes the statistic where the extra ``statistics`` is
there too, and checks a time stamp where ``rfc3161-client`` is. The rules are in
``compliance/domain/verify/rules.py``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from pathlib import Path

from compliance.domain.sealing import is_file_opening
from compliance.domain.timestamps import TimestampError
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.witness_policy import MAX_POLICY_BYTES
from compliance.domain.verify.archive import MAX_ARCHIVE_BYTES
from compliance.domain.verify.docket import is_docket
from compliance.domain.verify.docket_rules import docket_verify
from compliance.domain.verify.log_files import is_log_proof
from compliance.domain.verify.page_proof import page_verify
from compliance.domain.verify.rules import Outcome, Step, verify
from compliance.domain.verify.summary import summary_verify
from compliance.domain.verify.summary_file import is_summary
from compliance.domain.verify.trust import Trust, trust_read
from compliance.verifier.log_files import copy_steps, proof_steps
from compliance.verifier.sealed_files import sealed_file_steps
from compliance.verifier.stamps import Stamp, stamp_check, stamp_given

MARKS = {Outcome.HOLDS: "ok", Outcome.BROKEN: "BROKEN", Outcome.NOT_CHECKED: "not checked"}


class Exit(IntEnum):
    """What the program ends with."""

    VERIFIED = 0
    BROKEN = 1
    USAGE = 2
    NOT_WHOLE = 3
    """Every proof holds, and something, as a rule the statistic, could not be checked."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one bundle; returns what the program ends with."""
    given = _parser().parse_args(arguments)
    try:
        if given.bundle.is_dir():
            trust = _trust(given.policy, given.log)
            return _report(copy_steps(given.bundle, trust, earlier=given.earlier))
        data = _content(given.bundle, MAX_ARCHIVE_BYTES)
        if is_file_opening(data):  # it is held against a digest, and needs no log
            return _report(sealed_file_steps(data, sealing=given.sealing, weights=given.weights))
        trust = _trust(given.policy, given.log)
        if is_log_proof(data):
            return _report(proof_steps(data, trust, entry=given.entry))
        stamp = stamp_given(given.timestamp, given.timestamp_root)
    except (FormatError, TimestampError, OSError) as error:
        print(f"assay-verify: {shown(str(error))}", file=sys.stderr)
        return Exit.USAGE
    kind, rules = _rules(data)
    if stamp is not None and kind != "bundle":
        print(f"assay-verify: a time stamp goes with a bundle, not a {kind}", file=sys.stderr)
        return Exit.USAGE
    ended = _report(rules(data, trust))
    return ended if stamp is None or ended is Exit.BROKEN else _stamped(data, stamp, ended)


def _rules(data: bytes) -> tuple[str, Callable[[bytes, Trust], Iterable[Step]]]:
    """What a file is, and what checks it."""
    if is_summary(data):
        return "summary", summary_verify
    if data.startswith(b"{"):
        return "page", page_verify
    return ("docket", docket_verify) if is_docket(data) else ("bundle", verify)


def shown(text: str) -> str:
    """``text`` without what would move a terminal's cursor or reorder a line."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)


def _report(steps: Iterable[Step]) -> Exit:
    seen: list[Step] = []
    for step in steps:
        print(f"{step.rule.value:<11} {MARKS[step.outcome]:<11} {shown(step.text)}")
        seen.append(step)
    broken = [step for step in seen if step.outcome is Outcome.BROKEN]
    skipped = [step for step in seen if step.outcome is Outcome.NOT_CHECKED]
    if broken:
        print(f"\nBROKEN at '{broken[0].rule.value}'. What follows was not looked at.")
        return Exit.BROKEN
    if skipped:
        names = ", ".join(step.rule.value for step in skipped)
        print(f"\nEvery proof holds; not checked: {names}.")
        return Exit.NOT_WHOLE
    print("\nVERIFIED.")
    return Exit.VERIFIED


def _stamped(data: bytes, stamp: Stamp, ended: Exit) -> Exit:
    """Check the time stamp beside a bundle whose rules hold, and say what came of it."""
    outcome, text = stamp_check(data, stamp)
    print(f"{'timestamp':<11} {MARKS[outcome]:<11} {shown(text)}")
    if outcome is Outcome.BROKEN:
        print("\nBROKEN at 'timestamp'. The bundle itself holds, as said above.")
        return Exit.BROKEN
    return Exit.NOT_WHOLE if outcome is Outcome.NOT_CHECKED else ended


def _trust(policy: Path | None, logs: Sequence[str]) -> Trust:
    """What the flags say.

    Raises:
        FormatError: no trust at all, or one that is malformed.
        OSError: the file cannot be read.
    """
    if policy is None and not logs:
        raise FormatError(
            "say whom you trust: --policy FILE, or --log KEY. Ask the log's operator or a witness "
            "for it, and not whoever gave you the bundle"
        )
    content = None if policy is None else _content(policy, MAX_POLICY_BYTES)
    return trust_read(content, logs=logs)


def _content(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit + 1)  # one more than allowed, so that a longer file is refused


_FILES = {
    "--policy": ("FILE", "whom you trust: a tlog-policy, which may also name attestors"),
    "--timestamp": (
        "FILE",
        "a time stamp (RFC 3161) on the bundle's checkpoint, from the log's /timestamp/SIZE",
    ),
    "--timestamp-root": (
        "PEM",
        "the root certificate of the authority that you trust to tell the time",
    ),
    "--entry": (
        "FILE",
        "the bytes of the entry that a .tlog-proof is of, where it does not bring them",
    ),
    "--weights": ("FILE", "the file of sealed weights that an opening is of"),
    "--earlier": ("FILE", "a checkpoint kept from before, which a copy of the log must continue"),
}


_DESCRIPTION = """\
Checks, without a network, what somebody gave you: the bundle of one result, a dispute's docket,
the proof of a page, a verification summary, the proof of a log's entry, a copy of a log, or one
opened file of sealed weights. What a file is, is seen from its content. Says a line for each rule.
"""
_EPILOG = """\
examples:
  assay-verify result.assay.zip --policy policy.txt
  assay-verify entry-7.tlog-proof --policy policy.txt
  assay-verify copy-of-the-log/ --policy policy.txt --earlier checkpoint-of-last-year
  assay-verify one.opening --sealing 5f0c... --weights model.safetensors

Get the policy from a witness, an authority or the log's published address, and the weights digest
from the version's page or entry, never from whoever gave you the file.

ends with:
  0  VERIFIED: every rule holds
  1  BROKEN: the last line names the first rule that is
  2  used wrongly: nobody to trust, or a file that cannot be read
  3  every proof holds, and what is named in the last line could not be checked
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="assay-verify",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "bundle", type=Path, metavar="FILE", help="what you were given; a log's copy is a folder"
    )
    parser.add_argument(
        "--log",
        action="append",
        default=[],
        metavar="KEY",
        help="a log that you trust, by the key that it publishes (NAME+ID+BASE64); repeatable",
    )
    parser.add_argument(
        "--sealing", metavar="ROOT", help="the weights digest that an opened file must belong to"
    )
    for option, (metavar, told) in _FILES.items():
        parser.add_argument(option, type=Path, metavar=metavar, help=told)
    return parser


if __name__ == "__main__":
    sys.exit(main())
