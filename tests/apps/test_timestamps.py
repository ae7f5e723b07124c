"""Checkpoints stamped by a time stamp authority, kept, served and checked beside a bundle."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import InternalError, ProgrammingError, transaction
from django.test import Client

from compliance.domain.timestamps import roots_read, timestamp_verified
from compliance.ledger.models import Entry, Timestamp
from compliance.ledger.selectors import included
from compliance.ledger.services import checkpoint_stamp
from compliance.ledger.services.timestamping import checkpoint_text
from compliance.ledger.signer import LogSigner
from compliance.outbound.timestamps import Authority
from tests.apps.test_checkpoints import grow
from tests.cast import Cast
from tests.oracles import lacks
from tests.outbound.authority import authority_make, authority_serving
from tests.tampering import tamper

pytestmark = pytest.mark.skipif(lacks("openssl"), reason="there is no openssl here")


def test_a_checkpoint_is_stamped_once_a_minute_and_the_stamp_is_served(
    cast: Cast, signer: LogSigner, client: Client, tmp_path: Path
) -> None:
    roots = roots_read(authority_make(tmp_path / "tsa").read_bytes())
    with authority_serving(tmp_path / "tsa") as url:
        authority = Authority(url, roots, allow_internal=True)
        assert checkpoint_stamp(authority=authority) is None  # nothing was signed yet
        checkpoint = grow(cast, signer, 3)
        stamp = checkpoint_stamp(authority=authority)
        assert stamp
        assert checkpoint
        assert abs(stamp.received_at - stamp.at) < timedelta(minutes=5)
        assert checkpoint_stamp(authority=authority) is None  # it has one
        grow(cast, signer, 3)
        assert checkpoint_stamp(authority=authority) is None  # within the minute
        proved = [included(entry=one).checkpoint.size for one in Entry.objects.order_by("index")]
        assert proved == [3, 3, 3, 6, 6, 6]  # in the stamped one, where that covers the entry
        tamper("ledger_timestamp", "UPDATE ledger_timestamp SET received_at = '2020-01-01'")
        later = checkpoint_stamp(authority=authority)
        assert later
        assert later.checkpoint_id == 6
    answer = client.get("/log/timestamp/3")
    assert answer["Content-Type"] == "application/timestamp-reply"
    text = checkpoint_text(checkpoint)
    assert timestamp_verified(answer.content, text, roots=roots) == stamp.at
    assert client.get("/log/timestamp/4").status_code == 404
    client.force_login(cast.officer)
    for index, path in ((0, "/log/timestamp/6"), (5, "/log/timestamp/6")):
        assert f'href="{path}"' in client.get(f"/ledger/{index}/").content.decode()
        assert client.get(f"/api/v1/ledger/entries/{index}").json()["timestamp"] == path
    grow(cast, signer, 1)
    assert client.get("/api/v1/ledger/entries/6").json()["timestamp"] is None
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        Timestamp.objects.all().delete()
