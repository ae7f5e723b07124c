import pytest

from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.note_keys import SignatureType
from compliance.domain.verify.trust import trust_read
from tests.domain.verify.bundles import SmallLog, key

LOG = SmallLog()
VKEYS = [str(one.key) for one in LOG.keys]


def test_a_policy_file_names_logs_witnesses_and_attestors() -> None:
    trust = trust_read(LOG.policy)
    assert [str(one.key) for one in trust.policy.logs] == VKEYS
    assert len(trust.policy.witnesses) == 3
    assert trust.attestors == (LOG.attestor.key,)


def test_without_attestors_the_log_s_own_keys_attest() -> None:
    policy = b"".join(line for line in LOG.policy.splitlines(True) if line[:9] != b"attestor ")
    assert trust_read(policy).attestors == tuple(one.key for one in LOG.keys)
    alone = trust_read(None, logs=VKEYS)
    assert alone.attestors == tuple(one.key for one in LOG.keys)
    assert alone.policy.quorum == "none"


def test_a_log_named_twice_is_one_log() -> None:
    assert trust_read(LOG.policy, logs=[*VKEYS, *VKEYS]) == trust_read(LOG.policy)


@pytest.mark.parametrize(
    ("policy", "logs"),
    [
        (None, []),
        (b"quorum none\n", []),
        (None, ["nonsense"]),
        (LOG.policy + b"attestor nonsense\n", []),
        (LOG.policy + b"attestor " + str(LOG.witnesses[0].key).encode() + b"\n", []),
        (LOG.policy + b"trusts everybody\n", []),
        (b"x" * (1 << 21), []),
        (b"attestor \xff\n", VKEYS),
    ],
)
def test_a_trust_that_is_none_is_refused(policy: bytes | None, logs: list[str]) -> None:
    with pytest.raises(FormatError):
        trust_read(policy, logs=logs)


def test_lines_keep_their_numbers_in_messages() -> None:
    attestor = f"attestor {key('a', SignatureType.ED25519, 7).key}\n".encode()
    with pytest.raises(FormatError, match="line 2"):
        trust_read(attestor + b"nonsense\nquorum none\n")
