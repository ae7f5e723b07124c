"""Keys of the log: in a file or a hardware module, replaced without a break, and after a leak."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from compliance.domain.tlog.checkpoint import open_checkpoint, parse_checkpoint
from compliance.domain.tlog.cosignature import verifiers
from compliance.domain.tlog.errors import FormatError, SignatureError
from compliance.domain.tlog.note_keys import SignatureType, parse_vkey
from compliance.domain.tlog.witness_policy import NONE, Log, Policy, standing
from compliance.domain.tlog.witness_request import check_signed
from compliance.events.models import Event
from compliance.ledger.hardware import parse_uri
from compliance.ledger.models import Checkpoint, Entry
from compliance.ledger.selectors import checkpoint_note
from compliance.ledger.services import (
    checkpoint_sign,
    entries_sequence,
    log_setup_record,
    policy_read,
)
from compliance.ledger.signer import Head, LogSigner, signer_open
from tests.apps.test_ledger import record
from tests.cast import Cast
from tests.conftest import ORIGIN
from tests.oracles import absent

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/libsofthsm2.so")


def log_key(path: Path, *arguments: str) -> list[str]:
    out = StringIO()
    call_command("log_key", str(path), *arguments, stdout=out)
    return out.getvalue().split()


def identities(keys: list[str]) -> list[str]:
    return [parse_vkey(key).key_id.hex() for key in keys]


def signed_by(checkpoint: Checkpoint | None) -> set[str]:
    assert checkpoint
    note = parse_checkpoint(checkpoint_note(checkpoint=checkpoint).encode()).note
    return {line.key_id.hex() for line in note.signatures}


def grow(cast: Cast, signer: LogSigner) -> Checkpoint | None:
    log_setup_record(signer=signer, policy=policy_read(signer=signer, content=None))
    record(cast, 2)
    entries_sequence()
    return checkpoint_sign(signer=signer)


def trusted(checkpoint: Checkpoint | None, keys: list[str]) -> bool:
    """Whether somebody whose policy names these keys accepts the checkpoint."""
    assert checkpoint
    policy = Policy(tuple(Log(parse_vkey(key)) for key in keys), (), (), NONE)
    signed = parse_checkpoint(checkpoint_note(checkpoint=checkpoint).encode())
    try:
        return bool(standing(policy, signed).logs)
    except SignatureError:
        return False


@pytest.mark.django_db
def test_a_key_is_replaced_and_no_head_stands_alone(cast: Cast, tmp_path: Path) -> None:
    """The drill of docs/operations.md: add, sign together, retire."""
    path = tmp_path / "key"
    old = log_key(path, "--origin", ORIGIN)
    first = grow(cast, signer_open(path))
    both = log_key(path, "--rotate")
    new = both[2:]
    assert both[:2] == old
    together = grow(cast, signer_open(path))
    assert signed_by(together) == set(identities(both))
    changed = Event.objects.get(type="log.key.changed")
    assert (changed.payload["added"], changed.payload["retired"]) == (sorted(new), [])
    entry = Entry.objects.get(event=changed)
    assert first
    assert together
    assert first.size <= entry.index < together.size  # under a head that the old keys sign too
    for key_id in identities(old):
        left = log_key(path, "--retire", key_id)
    assert left == new
    last = grow(cast, signer_open(path))
    assert signed_by(last) == set(identities(new))
    # Who has the old policy verifies what was signed before, and nothing later; who has the new
    # one verifies the overlap and what follows.
    assert [trusted(one, old) for one in (first, together, last)] == [True, True, False]
    assert [trusted(one, new) for one in (first, together, last)] == [False, True, True]
    # A witness cosigns whatever a key signed that it was told of (c2sp.org/tlog-witness).
    assert last
    told = {ORIGIN: [parse_vkey(key) for key in both]}
    assert len(check_signed(parse_checkpoint(last.note.encode()), told)) == 2


@pytest.mark.django_db
def test_after_a_leak_the_old_keys_alone_convince_nobody(cast: Cast, tmp_path: Path) -> None:
    """Whoever has the leaked key signs what he likes; a policy without it takes none of it."""
    path = tmp_path / "key"
    old = log_key(path, "--origin", ORIGIN)
    grow(cast, signer_open(path))
    shutil.copy(path, tmp_path / "leaked")
    new = log_key(path, "--rotate")[2:]
    grow(cast, signer_open(path))
    for key_id in identities(old):
        log_key(path, "--retire", key_id)
    honest = grow(cast, signer_open(path))
    record(cast, 1)
    entries_sequence()
    forged = checkpoint_sign(signer=signer_open(tmp_path / "leaked"))
    assert trusted(forged, old)
    assert not trusted(forged, new)
    assert trusted(honest, new)


@pytest.mark.django_db
def test_all_keys_at_once_are_refused(cast: Cast, tmp_path: Path) -> None:
    log_key(tmp_path / "one", "--origin", ORIGIN)
    log_key(tmp_path / "other", "--origin", ORIGIN)
    grow(cast, signer_open(tmp_path / "one"))
    with pytest.raises(FormatError, match="replaced at once"):
        grow(cast, signer_open(tmp_path / "other"))
    assert not Event.objects.filter(type="log.key.changed").exists()


def test_what_cannot_be_done_with_keys_is_said(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first, second = identities(log_key(path, "--origin", ORIGIN))
    before = path.read_bytes()
    with pytest.raises(CommandError, match="is there already"):
        log_key(path, "--origin", ORIGIN)
    with pytest.raises(CommandError, match="no key with the ID 00000000"):
        log_key(path, "--retire", "00000000")
    assert path.read_bytes() == before
    log_key(path, "--retire", first)
    with pytest.raises(CommandError, match="signs nothing"):
        log_key(path, "--retire", second)
    for _ in range(3):
        log_key(path, "--rotate")
    with pytest.raises(CommandError, match="would hold 9 keys"):
        log_key(path, "--rotate")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """A SoftHSM2 token of its own; gives the URI of a fresh Ed25519 key by its label."""
    pkcs11 = pytest.importorskip("pkcs11", reason="the extra assay[pkcs11] is not installed")
    library = next((one for one in MODULES if Path(one).exists()), None)
    if library is None or shutil.which("softhsm2-util") is None:
        absent("there is no SoftHSM2 here (apt-get install softhsm2)")
    tokens, configuration, pin = tmp_path / "tokens", tmp_path / "softhsm.conf", tmp_path / "pin"
    tokens.mkdir()
    configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    command = ["softhsm2-util", "--init-token", "--free", "--label", "assay"]
    subprocess.run([*command, "--pin", "1234", "--so-pin", "5678"], check=True, capture_output=True)
    pin.touch(mode=0o600)
    pin.write_text("1234\n")

    def made(label: str) -> str:
        from pkcs11.util.ec import encode_named_curve_parameters

        token = pkcs11.lib(library).get_token(token_label="assay")
        with token.open(user_pin="1234", rw=True) as session:
            curve = encode_named_curve_parameters("1.3.101.112")  # RFC 8410
            domain = session.create_domain_parameters(
                pkcs11.KeyType.EC_EDWARDS, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
            )
            domain.generate_keypair(
                mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, label=label, store=True
            )
        return f"pkcs11:token=assay;object={label}?module-path={library}&pin-source={pin}"

    return made


def test_a_key_in_a_module_signs_the_log_and_never_leaves_it(
    module: Callable[[str], str], tmp_path: Path
) -> None:
    path, uri = tmp_path / "key", module("log")
    keys = log_key(path, "--origin", ORIGIN, "--hardware", uri)
    assert [parse_vkey(key).kind for key in keys] == [
        SignatureType.ED25519,
        SignatureType.COSIGNATURE_MLDSA44,
    ]
    assert path.read_text().count("PRIVATE+KEY") == 1  # ML-DSA-44, which no module has yet
    signer = signer_open(path)
    note = signer.sign(Head(), lambda _: []).encode()
    for key in keys:
        open_checkpoint(note, origin=ORIGIN, verifiers=verifiers([parse_vkey(key)]))
    with pytest.raises(CommandError, match="0 Ed25519 keys of that name"):
        log_key(path, "--rotate", "--hardware", uri.replace("object=log", "object=none"))
    (tmp_path / "pin").chmod(0o644)
    with pytest.raises(FormatError, match="open to others"):
        signer_open(path)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "pkcs11:",
        "pkcs11:token=a;object=b?module-path=/c",
        "pkcs11:token=a;object=b?module-path=/c&pin-source=/d&pin-value=1",
        "pkcs11:token=a;token=a;object=b?module-path=/c&pin-source=/d",
        "file:token=a;object=b?module-path=/c&pin-source=/d",
    ],
)
def test_a_uri_that_names_no_key_is_refused(uri: str) -> None:
    with pytest.raises(FormatError, match="a key in a module is named by"):
        parse_uri(uri)
