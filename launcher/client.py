"""``make client``: generates the typed Python client of the API again, from what OpenAPI says now.

The generator runs apart, in an environment of its own: it and transformers want different releases
of typer. The digest of the document it was generated from is kept beside it, so that a test can
tell, without the generator, whether the client is of the present API.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from string import Template
from typing import Any

from launcher.supervisor import ROOT

GENERATOR = "openapi-python-client==0.29.1"
CLIENT = ROOT / "client"
DIGEST = CLIENT / "openapi.sha256"
README = CLIENT / "README.md"
GUIDE = ROOT / "docs" / "api.md"
TEMPLATE = Path(__file__).with_name("client_readme.md")


def description(folder: Path) -> dict[str, Any]:
    """The OpenAPI document, as the server serves it, by way of a file in ``folder``."""
    from django.core.management import call_command

    path = folder / "openapi.json"
    call_command("spectacular", "--format", "openapi-json", "--file", str(path))
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def digest_of(document: dict[str, Any]) -> str:
    """SHA-256 (hex) of a document, however its keys are ordered."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def readme() -> str:
    """What the client's folder says of it, with the program that the API's guide shows."""
    programs = re.findall(r"^```python\n(.*?)^```$", GUIDE.read_text(), re.M | re.S)
    (program,) = [one for one in programs if "assay_client" in one]
    return Template(TEMPLATE.read_text()).substitute(program=program.rstrip())


def main() -> None:
    """Write ``client/`` anew."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    django.setup()
    uvx = Path(sys.executable).with_name("uvx")
    with tempfile.TemporaryDirectory() as folder:
        document = description(Path(folder))
        subprocess.run(
            (
                *(str(uvx), GENERATOR, "generate", "--path", str(Path(folder) / "openapi.json")),
                *("--config", str(CLIENT / "generator.yaml"), "--meta", "uv"),
                *("--output-path", str(CLIENT), "--overwrite"),
            ),
            check=True,
        )
    DIGEST.write_text(f"{digest_of(document)}\n")
    README.write_text(readme())


if __name__ == "__main__":
    main()
