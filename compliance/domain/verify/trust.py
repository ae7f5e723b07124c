"""Whom a verifier trusts. It comes from the verifier's own file or flags, never from a bundle.

The file is a tlog-policy (c2sp.org/tlog-policy: logs, witnesses, groups, quorum) which may hold
further lines ``attestor <vkey>``: the keys that attest results. Without any, the log's own keys do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.domain.dsse import KINDS
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.note_keys import VerifierKey, parse_vkey
from compliance.domain.tlog.policy_file import parse_policy
from compliance.domain.tlog.witness_policy import MAX_POLICY_BYTES, NONE, Log, Policy

_ATTESTOR = b"attestor "


@dataclass(frozen=True, slots=True)
class Trust:
    """Logs, witnesses and quorum, and who attests.

    Raises:
        FormatError: no log, or an attestor's key of a type that does not attest.
    """

    policy: Policy
    attestors: tuple[VerifierKey, ...]

    def __post_init__(self) -> None:
        if not self.policy.logs:
            raise FormatError("no log is trusted")
        for key in self.attestors:
            if key.kind not in KINDS:
                raise FormatError(f"the key '{key.name}' is of a type that does not attest")


def trust_read(policy: bytes | None, *, logs: Sequence[str] = ()) -> Trust:
    """The trust that a file and further log keys express.

    Args:
        policy: content of the verifier's policy file; None asks for no witness at all.
        logs: vkeys, beside those of the file.

    Raises:
        FormatError: the message names what is wrong.
    """
    found, attestors = _split(policy) if policy is not None else (Policy((), (), (), NONE), ())
    known = {one.key for one in found.logs}
    more = tuple(Log(key) for key in map(parse_vkey, dict.fromkeys(logs)) if key not in known)
    merged = Policy((*found.logs, *more), found.witnesses, found.groups, found.quorum)
    return Trust(merged, attestors or tuple(one.key for one in merged.logs))


def _split(data: bytes) -> tuple[Policy, tuple[VerifierKey, ...]]:
    if len(data) > MAX_POLICY_BYTES:
        raise FormatError(f"a policy of {len(data)} bytes, more than {MAX_POLICY_BYTES}")
    lines = data.split(b"\n")
    attestors = [line for line in lines if line.startswith(_ATTESTOR)]
    # An empty line in its place keeps the numbers of the lines after it, for messages.
    rest = [b"" if line.startswith(_ATTESTOR) else line for line in lines]
    keys = [one.removeprefix(_ATTESTOR).decode("utf-8", "replace").strip() for one in attestors]
    return parse_policy(b"\n".join(rest)), tuple(map(parse_vkey, keys))
