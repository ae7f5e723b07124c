"""Policy packs, obligations and verification summaries by the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from compliance.domain.verify.summary_file import summary_read
from compliance.ledger.signer import LogSigner
from compliance.obligations.services import obligations_tend
from tests.api.conftest import Call, Record
from tests.cast import Cast
from tests.logged import log_whole
from tests.policy import pack_make

pytestmark = pytest.mark.django_db
NORTHWIND = {"organization": "northwind"}


def test_a_pack_is_adopted_scheduled_and_dropped(call: Call, cast: Cast, record: Record) -> None:
    pack, api = pack_make(), call(cast.officer)
    listed = api.get("/api/v1/policy-packs?name=test-pack").json()["rows"]
    assert [(one["id"], one["sha256"]) for one in listed] == [(str(pack.id), pack.sha256)]
    assert listed[0] == api.get(f"/api/v1/policy-packs/{pack.id}").json()
    demand = listed[0]["demands"][0]
    assert (demand["id"], demand["period"]["days"], demand["limit"]) == ("digest", 31, None)
    at = f"/api/v1/policy-packs/{pack.id}"
    assert api.post(f"{at}/schedule", NORTHWIND, format="json").status_code == 409
    adopted = api.post(f"{at}/adopt", NORTHWIND, format="json")
    assert adopted.status_code == 201, adopted.content
    assert api.post(f"{at}/adopt", NORTHWIND, format="json").status_code == 409
    seen = api.post(f"{at}/schedule", {**NORTHWIND, "preview": True}, format="json").json()
    assert (seen["made"], len(seen["proposed"])) == (False, 2)
    assert api.get("/api/v1/schedules").json()["rows"] == []
    made = api.post(f"{at}/schedule", NORTHWIND, format="json").json()
    assert made["made"] and len(api.get("/api/v1/schedules").json()["rows"]) == 2
    dropped = api.post(f"{at}/drop", NORTHWIND, format="json").json()
    assert dropped["dropped_at"] and dropped["id"] == adopted.json()["id"]


def test_obligations_say_where_they_stand_a_page_at_a_time(
    call: Call, cast: Cast, record: Record
) -> None:
    pack, api = pack_make(), call(cast.officer)
    api.post(f"/api/v1/policy-packs/{pack.id}/adopt", NORTHWIND, format="json")
    obligations_tend(now=timezone.now())
    rows, at = [], "/api/v1/obligations?page_size=1"
    while at:
        page = api.get(at).json()
        rows += page["rows"]
        at = page["next"]
    states = {one["demand"]: (one["state"], one["answer"]) for one in rows}
    assert {name: state for name, (state, _) in states.items()} == {
        "digest": "met",
        "pairs": "due",
        "refusal": "not_met",
    }
    answer = states["refusal"][1]
    assert (answer["id"], answer["verdict"]) == (str(record.violating.id), "violating")
    assert answer["lower"] < answer["value"] < answer["upper"]
    lapsed = api.get("/api/v1/obligations?lapsed=true").json()["rows"]
    assert [one["demand"] for one in lapsed] == ["pairs"]
    assert api.get("/api/v1/obligations?state=met").status_code == 400
    other = call(cast.outsider).get("/api/v1/obligations").json()["rows"]
    assert other == []


def test_a_summary_is_issued_listed_and_taken(
    call: Call, cast: Cast, record: Record, signer: LogSigner, tmp_path: Path
) -> None:
    pack, api = pack_make(), call(cast.officer)
    at = f"/api/v1/versions/{record.version.id}/summaries"
    early = api.post(at, {"pack": str(pack.id)}, format="json")
    assert early.status_code in (400, 422) and "not adopted" in early.content.decode()
    api.post(f"/api/v1/policy-packs/{pack.id}/adopt", NORTHWIND, format="json")
    obligations_tend(now=timezone.now())
    issued = api.post(at, {"pack": str(pack.id)}, format="json")
    assert (issued.status_code, issued.json()["met"]) == (201, False)
    assert api.get(issued["Location"]).status_code == 404
    log_whole(signer, tmp_path / "witness")
    taken = api.get(issued["Location"])
    assert taken["Content-Type"] == "application/octet-stream"
    assert b'"FAILED"' in summary_read(taken.content).envelope.payload
    assert api.get(at).json()["rows"] == [issued.json()]
