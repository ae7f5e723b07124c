"""Every parser of what strangers hand over, with what it must keep to whatever the bytes are.

A target is handed bytes and returns whether they were accepted. It raises nothing but its parser's
own errors, and checks what was accepted by a stricter rule: it is written as it was read, or an
independent reader reads the same.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import rfc8785
import safetensors
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from compliance.domain import entries
from compliance.domain.canonical import canonical_json
from compliance.domain.dsse import pae, parse_envelope
from compliance.domain.errors import AssayError, InvalidInputError
from compliance.domain.model_signatures import ManifestError, manifest_verified
from compliance.domain.strict_json import StrictJsonError, strict_json
from compliance.domain.tlog.checkpoint import parse_checkpoint
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.policy_file import parse_policy
from compliance.domain.tlog.signed_note import parse_note
from compliance.domain.tlog.tlog_proof import parse_proof
from compliance.domain.tlog.witness_request import parse_request
from compliance.domain.verify.archive import ArchiveError, read_archive, write_archive
from compliance.domain.verify.bundle import bundle_build, bundle_parts, bundle_read
from compliance.domain.verify.page_proof import page_proof_build, page_proof_read
from compliance.domain.verify.rules import Outcome, verify
from compliance.domain.weights import check_stream
from tests.domain.test_weights_library import WHOLE, accepted
from tests.domain.verify.bundles import SmallLog, bundle
from tests.fuzz.files import file_targets
from tests.fuzz.models import memory, model_targets
from tests.fuzz.target import Target

SIGNER = ec.derive_private_key(7, ec.SECP256R1())
LOG = SmallLog()
GOOD = bundle(LOG, count=2, asked=2)
DATA = bundle_build(GOOD)
PARTS = read_archive(DATA)
PEM = SIGNER.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
MAX_BYTES = 1 << 16


def _safetensors(data: bytes) -> None:
    check_stream(_stream(data), name="m.safetensors", file_size=len(data), field="model")
    names = accepted(data)
    assert names is not None
    assert sorted(names) == sorted(name for name, _ in safetensors.deserialize(data))


def _gguf(data: bytes) -> None:
    """The library's reader, as a model's process calls it."""
    from workers.backends.files import model_files
    from workers.backends.weights import read_gguf

    with TemporaryDirectory(dir=memory()) as folder:
        path = Path(folder, "model.gguf")
        path.write_bytes(data)
        for tensor in read_gguf(model_files(str(path))).tensors:
            assert tensor.data.nbytes <= len(data)


def _same(parse: Callable[[bytes], object]) -> Callable[[bytes], None]:
    """What is read is written to the same bytes again."""

    def check(data: bytes) -> None:
        found = parse(data)
        assert found.encode() == data  # type: ignore[attr-defined]

    return check


def _policy(data: bytes) -> None:
    found = parse_policy(data)
    assert parse_policy(found.encode()) == found


def _bundle(data: bytes) -> None:
    """As somebody hands it over: rules are applied, and what has another byte is broken."""
    holds = all(step.outcome is Outcome.HOLDS for step in verify(data, LOG.trust))
    assert not holds or data == DATA
    found, _ = bundle_read(data)
    parts = read_archive(data)
    assert bundle_parts(found) == {name: parts[name] for name in parts if name != "index.html"}


def _part(name: str) -> Callable[[bytes], None]:
    """A part of a bundle, put into an archive that is sound but for it."""

    def check(data: bytes) -> None:
        _bundle(write_archive(PARTS | {name: data}))

    return check


def _canonical(data: bytes) -> None:
    value = strict_json(data, max_bytes=MAX_BYTES)
    assert json.loads(data) == value
    try:
        written = canonical_json(value)
    except rfc8785.CanonicalizationError:
        return
    assert strict_json(written, max_bytes=8 * MAX_BYTES) == value
    assert rfc8785.dumps(value) == written  # type: ignore[arg-type]


def _entry(data: bytes) -> None:
    assert entries.Entry.from_bytes(data).to_bytes() == data


def _page(data: bytes) -> None:
    about, found = page_proof_read(data)
    assert page_proof_build(about=about, entries=found) == data


def _manifest(data: bytes) -> None:
    """With the certificate that it brings; nobody but the signer's key signs."""
    manifest_verified(data, None)


def _signed_manifest(data: bytes) -> None:
    """A statement that the trusted key did sign: whoever has a key may sign nonsense."""
    found = manifest_verified(signature_of(data), PEM)
    assert all(bytes.fromhex(one) for one in found.files.values())


def signature_of(payload: bytes) -> bytes:
    """A ``model.sig`` over a payload, by ``SIGNER``."""
    kind = "application/vnd.in-toto+json"
    signature = SIGNER.sign(pae(kind, payload), ec.ECDSA(hashes.SHA256()))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind,
        "signatures": [{"sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps(
        {"dsseEnvelope": envelope, "verificationMaterial": {"publicKey": {"hint": "x"}}}
    ).encode()


def manifest() -> bytes:
    """The statement of a model with one file."""
    file = hashlib.sha256(b"weights").hexdigest()
    whole = hashlib.sha256(bytes.fromhex(file)).hexdigest()
    return json.dumps(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "model", "digest": {"sha256": whole}}],
            "predicateType": "https://model_signing/signature/v1.0",
            "predicate": {
                "serialization": {"method": "files", "hash_type": "sha256"},
                "resources": [{"name": "a", "algorithm": "sha256", "digest": file}],
            },
        }
    ).encode()


def certified() -> bytes:
    """A ``model.sig`` that brings a certificate, of the key that signed it."""
    from tests.fuzz.certificates import certificate

    value = json.loads(signature_of(manifest()))
    raw = base64.b64encode(certificate(SIGNER)).decode()
    return json.dumps(value | {"verificationMaterial": {"certificate": {"rawBytes": raw}}}).encode()


def _stream(data: bytes):  # type: ignore[no-untyped-def]
    from io import BytesIO

    return BytesIO(data)


def _gguf_seed() -> bytes:
    import gguf
    import numpy as np

    with TemporaryDirectory(dir=memory()) as folder:
        path = Path(folder, "model.gguf")
        writer = gguf.GGUFWriter(path, "llama")
        writer.add_block_count(1)
        writer.add_token_list(["a", "b"])
        writer.add_tensor("x", np.zeros((2, 4), dtype=np.float32))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path.read_bytes()


@cache
def targets() -> Mapping[str, Target]:
    """Every target by name."""
    checkpoint = GOOD.proof.checkpoint.encode()
    request = b"old 0\n\n" + checkpoint
    forms, refused = (FormatError,), (ArchiveError,)
    return {
        "safetensors": Target(_safetensors, (InvalidInputError,), [WHOLE]),
        "gguf": Target(_gguf, (InvalidInputError,), [_gguf_seed()]),
        "note": Target(_same(parse_note), forms, [checkpoint]),
        "checkpoint": Target(_same(parse_checkpoint), forms, [checkpoint]),
        "proof": Target(_same(parse_proof), forms, [GOOD.proof.encode()]),
        "request": Target(_same(parse_request), forms, [request]),
        "policy": Target(_policy, forms, [LOG.policy.rpartition(b"attestor")[0]]),
        "bundle": Target(_bundle, refused, [DATA]),
        "statement": Target(
            _part("attestation.dsse.json"), refused, [PARTS["attestation.dsse.json"]]
        ),
        "openings": Target(_part("openings.json"), refused, [PARTS["openings.json"]]),
        "items": Target(_part("items.jsonl"), refused, [PARTS["items.jsonl"]]),
        "plan": Target(_part("plan.json"), refused, [PARTS["plan.json"]]),
        "envelope": Target(_same(parse_envelope), forms, [PARTS["attestation.dsse.json"]]),
        "json": Target(
            _canonical, (StrictJsonError,), [PARTS["openings.json"], b'{"a":[1,-0.5e3,"\\u00e9"]}']
        ),
        "entry": Target(_entry, (InvalidInputError,), [_log_entry()]),
        "page": Target(_page, (AssayError,), [page_proof_build(about="x", entries=())]),
        "manifest": Target(_manifest, (ManifestError,), [certified()]),
        "signed-manifest": Target(_signed_manifest, (ManifestError,), [manifest()]),
        **dict(file_targets()),
        **dict(model_targets()),
    }


def _log_entry() -> bytes:
    return entries.Entry(
        event="0c6f9b0e-8a4a-4f0e-9d3a-0d9a1c3f5b7e",
        type="verdict.reached",
        organization="b1de9b0e-8a4a-4f0e-9d3a-0d9a1c3f5b7e",
        subject="run/1",
        occurred_at="2026-11-27T19:53:37.613299+00:00",
        commitments={"run": "c" * 64},
        chain=entries.Link(1, "a" * 64),
    ).to_bytes()
