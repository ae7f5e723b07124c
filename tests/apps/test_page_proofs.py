"""The page that verifies a dossier shows, under each entry, hashes that lead to a signed root."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from compliance.domain.tlog.merkle import verify_inclusion
from compliance.ledger.signer import LogSigner
from compliance.registry.models import Version
from tests.browser import record
from tests.cast import Cast
from tests.logged import log_whole

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_hashes_under_an_entry_lead_to_the_root_beside_them(
    cast: Cast, version: Version, signer: LogSigner, tmp_path: Path
) -> None:
    record.announce()
    run = record.request(cast.viewer(cast.officer), version, ["safety.refusal"])
    record.work(run, {"safety.refusal": record.VIOLATING})
    log_whole(signer, tmp_path / "witness")
    client = Client()
    client.force_login(cast.regulator)
    page = client.get(f"/models/{version.model_id}/dossier/verify/")
    text, proofs = page.content.decode(), page.context["proofs"]
    assert proofs
    for shown in proofs:
        verify_inclusion(
            index=shown.entry.index,
            size=shown.checkpoint.size,
            leaf=bytes.fromhex(shown.leaf),
            proof=[bytes.fromhex(one) for one in shown.hashes],
            root=bytes.fromhex(shown.root),
        )
        assert all(one in text for one in (shown.leaf, *shown.hashes, shown.root))
