"""The vendored files are the ones that VENDOR.json names, and there are no others."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import compliance.portal

VENDOR = Path(compliance.portal.__file__).parent / "static" / "vendor"


def test_every_vendored_file_has_its_digest() -> None:
    packages = json.loads((VENDOR / "VENDOR.json").read_text())
    named = {entry["file"]: entry["sha256"] for package in packages for entry in package["files"]}
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDOR.json"
    }
    assert found == named


def test_every_package_says_version_and_licence() -> None:
    for package in json.loads((VENDOR / "VENDOR.json").read_text()):
        assert package["package"] and package["version"] and package["licence"]
