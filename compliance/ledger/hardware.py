"""Keys of the log that never leave a hardware security module, reached by PKCS#11.

A key is named by a URI of RFC 7512. Ed25519 alone (CKM_EDDSA, PKCS#11 v3.0, section 2.3.14): no
library here signs by ML-DSA in a module yet, so that key stays in the file.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.note_keys import SignatureType, VerifierKey

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEME = "pkcs11:"
_KNOWN = {"token", "object", "module-path", "pin-source"}
_POINT_BYTES = 34
"""An EC point as DER: an octet string (04 20) of 32 bytes."""


@dataclass(frozen=True, slots=True)
class HardwareKey:
    """An Ed25519 key in a module; a ``Signer``."""

    key: VerifierKey
    private: Any

    def sign_message(self, message: bytes) -> bytes:
        from pkcs11 import Mechanism

        return bytes(self.private.sign(message, mechanism=Mechanism.EDDSA))


def hardware_key_open(*, name: str, uri: str) -> HardwareKey:
    """The key that a URI names, its session open as long as this process lives.

    Args:
        name: of the log, which is its origin.
        uri: like ``pkcs11:token=assay;object=log?module-path=/usr/lib/x.so&pin-source=/run/pin``;
            the PIN stands in a file, which its owner alone may read.

    Raises:
        FormatError: the URI is none, or the module has no such Ed25519 key.
    """
    parts = parse_uri(uri)
    try:
        import pkcs11
        from pkcs11 import Attribute, KeyType, ObjectClass
    except ImportError as error:
        raise FormatError("a key in a module needs the extra assay[pkcs11]") from error
    try:
        session = _session(parts["module-path"], parts["token"], _pin(Path(parts["pin-source"])))
        named: dict[Any, Any] = {
            Attribute.LABEL: parts["object"],
            Attribute.KEY_TYPE: KeyType.EC_EDWARDS,
        }
        private = _only(session, {**named, Attribute.CLASS: ObjectClass.PRIVATE_KEY})
        public = _only(session, {**named, Attribute.CLASS: ObjectClass.PUBLIC_KEY})
        point = bytes(public[Attribute.EC_POINT])
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        raise FormatError(f"{uri}: the module says {type(error).__name__} {error}") from error
    found = VerifierKey(name, SignatureType.ED25519, _raw(point, uri))
    opened = HardwareKey(found, private)
    if not found.verify_message(b"assay", opened.sign_message(b"assay")):
        raise FormatError(f"{uri}: the module's signature is not by the key that it shows")
    return opened


def parse_uri(uri: str) -> Mapping[str, str]:
    """The attributes of a URI by RFC 7512, all of which a key of ours needs.

    Raises:
        FormatError: one is missing, unknown or there twice.
    """
    path, _, query = uri.removeprefix(SCHEME).partition("?")
    pairs = [one.partition("=") for one in (*path.split(";"), *query.split("&"))]
    found = {name: unquote(value) for name, _, value in pairs}
    if not uri.startswith(SCHEME) or set(found) != _KNOWN or len(found) != len(pairs):
        raise FormatError(
            f"a key in a module is named by {SCHEME} with {', '.join(sorted(_KNOWN))}"
        )
    return found


@cache
def _session(module: str, token: str, pin: str) -> Any:
    """One a token and process, as who signs in to a token twice is refused."""
    import pkcs11

    return pkcs11.lib(module).get_token(token_label=token).open(user_pin=pin)


def _only(session: Any, attributes: Mapping[Any, Any]) -> Any:
    found = list(session.get_objects(dict(attributes)))
    if len(found) != 1:
        raise FormatError(f"the module has {len(found)} Ed25519 keys of that name, not one")
    return found[0]


def _raw(point: bytes, uri: str) -> bytes:
    if len(point) == _POINT_BYTES and point.startswith(b"\x04\x20"):
        return point[2:]
    if len(point) == _POINT_BYTES - 2:  # some modules leave the wrapping out
        return point
    raise FormatError(f"{uri}: no public key of Ed25519")


def _pin(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise FormatError(f"{path} is open to others; give it mode 600")
        return file.read().strip()
