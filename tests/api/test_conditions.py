"""Entity tags: what has not changed is not sent, and what nobody saw is not overwritten."""

from __future__ import annotations

import pytest

from tests.api.conftest import Call, Record
from tests.api.test_writing import schedule_body, subscription_body
from tests.cast import Cast


def test_a_read_is_not_sent_again_until_it_changes(cast: Cast, call: Call, record: Record) -> None:
    client = call(cast.officer)
    first = client.get("/api/v1/alerts")
    tag = first["ETag"]
    assert tag.startswith('"')
    assert first["Cache-Control"] == "private, no-cache"
    for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get("/api/v1/alerts", headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag), sent
    client.post(f"/api/v1/alerts/{record.alert.id}/resolve", {"reason": "done"}, format="json")
    changed = client.get("/api/v1/alerts", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag


def test_a_refusal_has_no_tag(cast: Cast, call: Call) -> None:
    answer = call(cast.officer).get("/api/v1/models/nothing", headers={"If-None-Match": "*"})
    assert (answer.status_code, "ETag" in answer) == (404, False)


def test_a_tag_of_one_reader_tells_nothing_to_another(
    cast: Cast, call: Call, record: Record
) -> None:
    tag = call(cast.officer).get("/api/v1/alerts")["ETag"]
    answer = call(cast.outsider).get("/api/v1/alerts", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json()["rows"]) == (200, [])
    assert {"Authorization", "Cookie"} <= {one.strip() for one in answer["Vary"].split(",")}


@pytest.mark.parametrize("what", ["schedules", "subscriptions"])
def test_of_two_officers_the_second_is_told_that_it_changed(
    cast: Cast, call: Call, record: Record, what: str
) -> None:
    client = call(cast.officer)
    body = schedule_body(record) if what == "schedules" else subscription_body(record)
    address = client.post(f"/api/v1/{what}", body, format="json")["Location"]
    seen = {"If-Match": client.get(address)["ETag"]}
    first = client.post(f"{address}/pause", headers=seen)
    second = client.post(f"{address}/resume", headers=seen)
    assert (first.status_code, second.status_code) == (200, 412)
    assert second["Content-Type"] == "application/problem+json"
    assert client.get(address).json()["paused_at"] is not None
    now = {"If-Match": client.get(address)["ETag"]}
    assert client.post(f"{address}/resume", headers=now).status_code == 200
    assert client.post(f"{address}/pause", headers={"If-Match": "*"}).status_code == 200


def test_a_limit_that_changed_meanwhile_is_not_overwritten(cast: Cast, call: Call) -> None:
    client = call(cast.officer)
    body = {"organization": "northwind", "origin": "https://model.example", "requests_at_once": 4}
    unseen = client.post(
        "/api/v1/endpoint-limits", body, format="json", headers={"If-Match": '"x"'}
    )
    made = client.post("/api/v1/endpoint-limits", body, format="json").json()
    seen = {"If-Match": client.get(f"/api/v1/endpoint-limits/{made['id']}")["ETag"]}
    answers = [
        client.post(
            "/api/v1/endpoint-limits",
            body | {"requests_at_once": at_once},
            format="json",
            headers=seen,
        )
        for at_once in (5, 6)
    ]
    assert [unseen.status_code, *(one.status_code for one in answers)] == [412, 200, 412]
    (row,) = client.get("/api/v1/endpoint-limits").json()["rows"]
    assert row["requests_at_once"] == 5
    assert call(cast.outsider).get(f"/api/v1/endpoint-limits/{made['id']}").status_code == 404
