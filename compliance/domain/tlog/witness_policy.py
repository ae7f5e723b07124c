"""Trust policies by c2sp.org/tlog-policy: which logs, which witnesses, and how many of them.

A file of octets, of which only ASCII means anything; names are compared byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compliance.domain.tlog.checkpoint import SignedCheckpoint
from compliance.domain.tlog.cosignature import split_payload, verifiers
from compliance.domain.tlog.encoding import shown
from compliance.domain.tlog.errors import FormatError, SignatureError
from compliance.domain.tlog.note_keys import SignatureType, VerifierKey
from compliance.domain.tlog.signed_note import open_note

MAX_POLICY_BYTES = 1 << 20
NONE = "none"
SECTORS = ("government", "academia", "industry")
"""The three strands of the triple helix (Etzkowitz and Leydesdorff, 1995)."""
_LOG_KINDS = (SignatureType.ED25519, SignatureType.COSIGNATURE_MLDSA44)
_WITNESS_KINDS = (SignatureType.COSIGNATURE_ED25519, SignatureType.COSIGNATURE_MLDSA44)


@dataclass(frozen=True, slots=True)
class Log:
    """A log that is trusted under its key's name, which is its origin."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness under the policy's own name for it."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Has witnessed what ``threshold`` of its members (witnesses or groups) have witnessed."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What must hold of a checkpoint.

    Attributes:
        groups: each after those it names.
        quorum: a witness or group; ``none`` asks for no witness at all, which is no protection
            against a log that shows two histories.

    Raises:
        FormatError: names or keys twice, names before they are defined, a threshold out of range,
            or a key of a type that does not fit.
    """

    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    def __post_init__(self) -> None:
        _check_keys([one.key for one in self.logs], _LOG_KINDS, "a log")
        _check_keys([one.key for one in self.witnesses], _WITNESS_KINDS, "a witness")
        keys = [*(one.key for one in self.logs), *(one.key for one in self.witnesses)]
        _check_keys(keys, tuple(SignatureType), "a log and a witness")
        _check_names(self)

    def encode(self) -> bytes:
        """The policy's file: logs, witnesses, groups, quorum."""
        lines = [f"log {one.key} {one.url}" for one in self.logs]
        lines += [f"witness {one.name} {one.key} {one.url}" for one in self.witnesses]
        for group in self.groups:
            members = " ".join(group.members)
            count = "all" if group.threshold == len(group.members) else str(group.threshold)
            lines.append(f"group {group.name} {count} {members}")
        lines.append(f"quorum {self.quorum}")
        return "".join(f"{line.rstrip()}\n" for line in lines).encode(errors="surrogateescape")


@dataclass(frozen=True, slots=True)
class Standing:
    """Who vouches for a checkpoint; every signature counted here was verified.

    Attributes:
        logs: keys of trusted logs that signed.
        times: Unix seconds of each cosignature, by the policy's name of the witness; the latest
            where a witness signed more than once.
        witnessed: witnesses and groups that have witnessed the checkpoint.
        quorum: the policy is satisfied.
        missing: which parts of the quorum have not; empty where it is reached.
    """

    logs: tuple[VerifierKey, ...]
    times: Mapping[str, int]
    witnessed: frozenset[str]
    quorum: bool
    missing: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whoever runs a witness, which may sign with several keys and counts once."""

    name: str
    keys: Sequence[VerifierKey]
    url: str = ""


def standing(policy: Policy, signed: SignedCheckpoint) -> Standing:
    """Evaluate a checkpoint's signatures.

    Raises:
        SignatureError: no trusted log of this origin signed it, or a trusted key's line does not
            verify.
    """
    origin = signed.checkpoint.origin
    logs = {one.key for one in policy.logs if one.key.name == origin}
    names = {one.key: one.name for one in policy.witnesses}
    lines = open_note(signed.note, verifiers([*logs, *names]))
    by_line = {(key.name, key.key_id): key for key in (*logs, *names)}
    found = [(by_line[one.name, one.key_id], one.payload) for one in lines]
    signers = dict.fromkeys(key for key, _ in found if key in logs)
    if not signers:
        raise SignatureError(f"no trusted key of the log {shown(origin)} signed the checkpoint")
    times: dict[str, int] = {}
    for key, payload in found:
        if key in names:
            time, _ = split_payload(key, payload)
            # Time 0 says nothing about how new the tree is, which a witness must vouch for.
            if time:
                times[names[key]] = max(time, times.get(names[key], 0))
    witnessed = set(times)
    for group in policy.groups:
        if sum(one in witnessed for one in group.members) >= group.threshold:
            witnessed.add(group.name)
    missing = _missing(policy, witnessed)
    return Standing(tuple(signers), times, frozenset(witnessed), not missing, missing)


def triple_helix(
    logs: Sequence[VerifierKey],
    sectors: Mapping[str, Sequence[Organisation]],
    *,
    threshold: int = 1,
) -> Policy:
    """A policy that needs witnesses of government, academia and industry alike.

    Args:
        threshold: how many organisations of each sector must have witnessed.

    Raises:
        FormatError: a sector is missing or too small; see ``Policy``.
    """
    if set(sectors) != set(SECTORS):
        raise FormatError(f"a triple helix has the sectors {', '.join(SECTORS)}")
    witnesses: list[Witness] = []
    groups: list[Group] = []
    for sector in SECTORS:
        for one in sectors[sector]:
            named = [Witness(one.name, key, one.url) for key in one.keys]
            if len(named) > 1:
                named = [Witness(f"{one.name}/{key.kind:02x}", key, one.url) for key in one.keys]
                groups.append(Group(one.name, 1, tuple(each.name for each in named)))
            witnesses += named
        groups.append(Group(sector, threshold, tuple(one.name for one in sectors[sector])))
    groups.append(Group("triple-helix", len(SECTORS), SECTORS))
    known = tuple(Log(key) for key in logs)
    return Policy(known, tuple(witnesses), tuple(groups), "triple-helix")


def _missing(policy: Policy, witnessed: set[str]) -> str:
    if policy.quorum == NONE or policy.quorum in witnessed:
        return ""
    for group in policy.groups:
        if group.name == policy.quorum:
            lacking = [shown(one) for one in group.members if one not in witnessed]
            have = len(group.members) - len(lacking)
            return f"{have} of {group.threshold} needed, without {', '.join(lacking)}"
    return f"without {shown(policy.quorum)}"


def _check_keys(keys: Sequence[VerifierKey], kinds: Sequence[SignatureType], what: str) -> None:
    for key in keys:
        if key.kind not in kinds:
            raise FormatError(f"the key {shown(key.name)} is of a type that is not {what}'s")
    if len({key.public for key in keys}) != len(keys):
        raise FormatError(f"one key is named twice as {what}")


def _check_names(policy: Policy) -> None:
    defined: set[str] = {NONE}
    for name, members in _definitions(policy):
        if any(one == NONE or one not in defined for one in members):
            raise FormatError(f"the group {shown(name)} names what is not defined before it")
        if name in defined or not name or any(one in " \t\n" for one in name):
            raise FormatError(f"the name {shown(name)} is empty, has spaces or is taken")
        defined.add(name)
    used = [one for group in policy.groups for one in group.members]
    if len(set(used)) != len(used):
        raise FormatError("a name is a member of a group more than once")
    for group in policy.groups:
        if not 1 <= group.threshold <= len(group.members):
            raise FormatError(f"the group {shown(group.name)} has no {group.threshold} members")
    if policy.quorum not in defined:
        raise FormatError(f"the quorum {shown(policy.quorum)} is not defined")


def _definitions(policy: Policy) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in policy.witnesses:
        yield one.name, ()
    for group in policy.groups:
        yield group.name, group.members
