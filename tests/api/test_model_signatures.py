"""Manifests by OpenSSF Model Signing, made by its own library and verified by ours."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from compliance.domain.errors import InvalidInputError
from compliance.domain.vocabulary import Access
from compliance.events.models import Event
from compliance.registry.models import Model, SignedManifest, Version
from compliance.registry.services import model_register, version_register
from tests.api.conftest import Call
from tests.cast import Cast
from tests.conftest import write_weights

pytestmark = pytest.mark.django_db
SIG, KEY = "model.sig", "model.sig.pub"


@pytest.fixture
def model(cast: Cast) -> Model:
    viewer = cast.viewer(cast.engineer)
    return model_register(
        viewer=viewer, organization_id=cast.northwind.id, slug="signed", name="Signed"
    )


@pytest.fixture(params=["secp384r1", "prime256v1"])
def folder(request: pytest.FixtureRequest, models_root: Path) -> Path:
    """A model that the model-signing library signed by a key, with the key beside."""
    signing = pytest.importorskip("model_signing.signing")
    made = models_root / write_weights(models_root, "signed", seed=3)
    private = models_root / "private.pem"
    _openssl("ecparam", "-name", request.param, "-genkey", "-noout", "-out", private)
    _openssl("ec", "-in", private, "-pubout", "-out", models_root / "public.pem")
    signing.Config().use_elliptic_key_signer(private_key=str(private)).sign(made, made / SIG)
    (made / KEY).write_bytes((models_root / "public.pem").read_bytes())
    return made


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)  # noqa: S607


def register(cast: Cast, model: Model, folder: Path) -> Version:
    viewer = cast.viewer(cast.engineer)
    return version_register(
        viewer=viewer, model=model, name="1", access=Access.WEIGHTS, location=folder.name
    )


def test_a_manifest_that_holds_is_kept_logged_and_shown(
    cast: Cast, model: Model, folder: Path, call: Call
) -> None:
    version = register(cast, model, folder)
    manifest = SignedManifest.objects.get(version=version)
    event = Event.objects.get(type="model.manifest.verified")
    assert event.payload == {
        "version": str(version.id),
        "manifest": manifest.sha256,
        "key": manifest.key,
    }
    shown = call(cast.engineer).get(f"/api/v1/versions/{version.id}").json()
    assert shown["manifest"] == {"sha256": manifest.sha256, "key": manifest.key}


def test_a_certificate_in_the_manifest_stands_for_its_key(
    cast: Cast, model: Model, folder: Path
) -> None:
    from model_signing import signing

    home, private = folder.parent, str(folder.parent / "private.pem")
    _openssl(
        *("req", "-x509", "-key", private, "-days", "2", "-subj", "/CN=signer"),
        *("-addext", "keyUsage=critical,digitalSignature", "-out", home / "signer.pem"),
    )
    (folder / KEY).unlink()
    (folder / SIG).unlink()
    certificate = str(home / "signer.pem")
    signing.Config().use_certificate_signer(
        private_key=private, signing_certificate=certificate, certificate_chain=[certificate]
    ).sign(folder, folder / SIG)
    version = register(cast, model, folder)
    assert len(SignedManifest.objects.get(version=version).key) == 64


def test_without_a_manifest_nothing_is_claimed(
    cast: Cast, model: Model, folder: Path, call: Call
) -> None:
    (folder / SIG).unlink()
    version = register(cast, model, folder)
    assert not SignedManifest.objects.exists()
    assert call(cast.engineer).get(f"/api/v1/versions/{version.id}").json()["manifest"] is None


def changed(folder: Path) -> None:
    (folder / "config.json").write_text("{}")


def added(folder: Path) -> None:
    (folder / "more.json").write_text("{}")


def removed(folder: Path) -> None:
    (folder / "config.json").unlink()


def resigned_list(folder: Path) -> None:
    bundle = json.loads((folder / SIG).read_text())
    payload = bundle["dsseEnvelope"]["payload"]
    bundle["dsseEnvelope"]["payload"] = (
        payload[:40] + ("A" if payload[40] != "A" else "B") + payload[41:]
    )
    (folder / SIG).write_text(json.dumps(bundle))


def other_key(folder: Path) -> None:
    private = folder.parent / "other.pem"
    _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", private)
    _openssl("ec", "-in", private, "-pubout", "-out", folder / KEY)


def no_key(folder: Path) -> None:
    (folder / KEY).unlink()


def other_type(folder: Path) -> None:
    bundle = json.loads((folder / SIG).read_text())
    bundle["dsseEnvelope"]["payloadType"] = "text/plain"
    (folder / SIG).write_text(json.dumps(bundle))


def no_json(folder: Path) -> None:
    (folder / SIG).write_text("{")


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (changed, "'config.json' is not the file"),
        (added, "'more.json' is in the folder and not"),
        (removed, "'config.json' is in model.sig and not"),
        (resigned_list, "not by its key"),
        (other_key, "not by its key"),
        (other_type, "not by its key"),
        (no_key, "put it beside, as model.sig.pub"),
        (no_json, "model.sig cannot be read"),
    ],
)
def test_a_manifest_that_does_not_hold_refuses_the_registration(
    cast: Cast, model: Model, folder: Path, spoil: Callable[[Path], None], named: str
) -> None:
    spoil(folder)
    with pytest.raises(InvalidInputError, match=named) as caught:
        register(cast, model, folder)
    assert caught.value.field == "location"
    assert not Version.objects.filter(model=model).exists()
