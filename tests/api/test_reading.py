from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_datetime

from compliance.alerts.models import Alert
from tests.api.conftest import Call, Record
from tests.browser.record import VIOLATING, alert_of, request, work
from tests.cast import Cast

LISTS = ["models", "versions", "runs", "results", "alerts", "events", "schedules", "subscriptions"]


def test_a_model_is_listed_with_its_provider_and_versions(
    cast: Cast, call: Call, record: Record
) -> None:
    (row,) = call(cast.engineer).get("/api/v1/models").json()["rows"]
    assert (row["organization"], row["slug"], row["version_count"]) == ("northwind", "assistant", 1)
    assert call(cast.engineer).get(f"/api/v1/models/{row['id']}").json() == row


def test_a_version_tells_its_artifacts(cast: Cast, call: Call, record: Record) -> None:
    version = call(cast.engineer).get(f"/api/v1/versions/{record.version.id}").json()
    assert version["label"] == "northwind/assistant 1.0"
    assert version["model"] == {"id": str(record.model.id), "label": "northwind/assistant"}
    assert {one["path"] for one in version["artifacts"]} == {"config.json", "model.safetensors"}


def test_a_finished_run_tells_each_verdict_and_how_far_it_is(
    cast: Cast, call: Call, record: Record
) -> None:
    run = call(cast.engineer).get(f"/api/v1/runs/{record.run.id}").json()
    assert (run["state"], run["items_done"], run["items_total"]) == ("completed", 80, 80)
    assert {shard["test"]: shard["verdict"] for shard in run["shards"]} == {
        "safety.refusal": "violating",
        "provenance.weights_digest": "compliant",
    }


def test_a_waiting_run_has_no_verdict_and_no_total(cast: Cast, call: Call, record: Record) -> None:
    run = call(cast.engineer).get(f"/api/v1/runs/{record.waiting.id}").json()
    assert (run["state"], run["items_total"], run["seconds_left"]) == ("requested", None, None)
    assert (run["shards"][0]["verdict"], run["shards"][0]["result"]) == (None, None)


def test_every_item_comes_with_the_answer_a_page_at_a_time(
    cast: Cast, call: Call, record: Record
) -> None:
    client = call(cast.regulator)
    address: str | None = f"/api/v1/runs/{record.run.id}/shards/0/items?page_size=15"
    pages = []
    while address:
        page = client.get(address).json()
        pages.append(page["rows"])
        address = page["next"]
    items = [item for page in pages for item in page]
    assert [len(page) for page in pages] == [15, 15, 10]
    assert [item["position"] for item in items] == list(range(40))
    assert all(item["answer"] and item["payload"]["prompt"] for item in items)


def test_items_are_filtered_by_label(cast: Cast, call: Call, record: Record) -> None:
    address = f"/api/v1/runs/{record.run.id}/shards/0/items?label=compliance"
    items = call(cast.engineer).get(address).json()["rows"]
    assert len(items) == 8
    assert {item["value"] for item in items} == {1.0}


def test_a_result_states_its_whole_claim(cast: Cast, call: Call, record: Record) -> None:
    result = call(cast.regulator).get(f"/api/v1/results/{record.violating.id}").json()
    estimate = result["estimate"]
    assert result["verdict"] == "violating"
    assert estimate["claim"]["limit_source"] == "the provider's own declaration, section 4"
    assert estimate["lower"] < estimate["value"] < estimate["upper"]
    assert (estimate["n"], len(estimate["parts"]), estimate["lead"]) == (40, 4, False)
    assert (result["seed"], result["run"]) == (record.violating.seed, str(record.run.id))
    digests = ("spec_digest", "code_digest", "order_digest", "scores_digest")
    assert all(len(result[digest]) == 64 for digest in digests)
    assert result["environment"]["dtype"] == "float32"


def test_results_are_filtered(cast: Cast, call: Call, record: Record) -> None:
    client = call(cast.engineer)
    counts = {
        "verdict=violating": 1,
        "verdict=inconclusive": 0,
        "test=safety.refusal": 1,
        "kind=provenance": 1,
        f"model={record.model.id}": 2,
        f"version={record.version.id}&verdict=compliant": 1,
        f"run={record.waiting.id}": 0,
    }
    for query, count in counts.items():
        assert len(client.get(f"/api/v1/results?{query}").json()["rows"]) == count, query


def test_runs_are_filtered_by_state(cast: Cast, call: Call, record: Record) -> None:
    rows = call(cast.engineer).get("/api/v1/runs?state=completed").json()["rows"]
    assert [row["id"] for row in rows] == [str(record.run.id)]


def test_events_are_cloudevents(cast: Cast, call: Call, record: Record) -> None:
    rows = call(cast.engineer).get("/api/v1/events?type=verdict.violating").json()["rows"]
    (event,) = rows
    assert (event["specversion"], event["type"]) == ("1.0", "verdict.violating")
    assert event["subject"] == f"run/{record.run.id}"
    assert event["source"] == f"/organizations/{cast.northwind.id}"
    assert parse_datetime(event["time"])
    assert event["data"]["verdict"] == "violating"


def test_the_catalogue_lists_each_stress_test_once(cast: Cast, call: Call, record: Record) -> None:
    page = call(cast.outsider).get("/api/v1/stress-tests?page_size=2").json()
    rest = call(cast.outsider).get(page["next"]).json()
    names = [row["name"] for row in page["rows"] + rest["rows"]]
    assert names == ["bias.counterfactual_pairs", "provenance.weights_digest", "safety.refusal"]


def test_new_rows_do_not_shift_the_next_page(cast: Cast, call: Call, record: Record) -> None:
    client = call(cast.engineer)
    first = client.get("/api/v1/runs?page_size=1").json()
    client.post("/api/v1/runs", {"version": str(record.version.id)}, format="json")
    second = client.get(first["next"]).json()
    assert [row["id"] for row in first["rows"] + second["rows"]] == [
        str(record.waiting.id),
        str(record.run.id),
    ]


def test_more_rows_ask_no_more_queries(cast: Cast, call: Call, record: Record) -> None:
    client = call(cast.engineer)

    def counts() -> dict[str, int]:
        asked = {}
        for name in LISTS:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"/api/v1/{name}").status_code == 200
            asked[name] = len(queries)
        return asked

    counts()  # the first use of a token is kept
    before = counts()
    again = request(cast.viewer(cast.engineer), record.version, ["safety.refusal"])
    work(again, {"safety.refusal": VIOLATING})
    Alert.objects.update(state="resolved")  # else it is the same finding again
    alert_of(again)
    assert counts() == before


def test_an_outsider_sees_nothing_in_any_list(cast: Cast, call: Call, record: Record) -> None:
    for client in (call(cast.outsider), call(cast.rival_engineer)):
        for name in LISTS:
            assert client.get(f"/api/v1/{name}").json()["rows"] == [], name


SINGLES: list[Callable[[Record], str]] = [
    lambda record: f"models/{record.model.id}",
    lambda record: f"versions/{record.version.id}",
    lambda record: f"runs/{record.run.id}",
    lambda record: f"runs/{record.run.id}/shards/0/items",
    lambda record: f"results/{record.violating.id}",
    lambda record: f"alerts/{record.alert.id}",
]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("officer", 200),
        ("engineer", 200),
        ("regulator", 200),
        ("reviewer", 200),
        ("rival_engineer", 404),
        ("outsider", 404),
    ],
)
def test_who_may_read_what(cast: Cast, call: Call, record: Record, who: str, status: int) -> None:
    client = call(getattr(cast, who))
    for single in SINGLES:
        address = f"/api/v1/{single(record)}"
        assert client.get(address).status_code == status, address


def test_what_an_outsider_may_not_see_looks_like_what_is_not_there(
    cast: Cast, call: Call, record: Record
) -> None:
    hidden = call(cast.outsider).get(f"/api/v1/runs/{record.run.id}").json()
    absent = call(cast.outsider).get(f"/api/v1/runs/{(nothing := uuid4())}").json()
    assert hidden["detail"].replace(str(record.run.id), str(nothing)) == absent["detail"]
