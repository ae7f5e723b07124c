"""Packs are read strictly, are what their digest says, and cite a source for every figure."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from compliance.domain.errors import InvalidInputError
from compliance.domain.policy.packs import Binding, Pack, pack_from_json, pack_read
from compliance.domain.vocabulary import Access

PACKS = Path(__file__).parents[2] / "compliance" / "policies" / "packs"
FILES = sorted(PACKS.glob("*.toml"))
DIGESTS = {
    "eu-ai-act-high-risk@2": "9fb29aadb3c5a60fc80f8da7c7a092c09269713a9e60228ca6391f1ef119e120",
    "eu-ai-act-systemic-risk@1": "7ce42f7e694003108de5252b78d761e9c3ffcaaa47ad64c84244a33c4314bbc8",
    "house-baseline@1": "1a7ee5913a06f36ccd4d3c361c11a2be1af4750202003238f7dc69b0e765185a",
    "nyc-local-law-144@1": "fee3f36955a2b3a3d7058149ce7b9e6ca1916d3b740012de7dc9e097be243edb",
}
"""Of what was released: a pack that changes is a new version, with a line of its own here."""
WRITTEN = """
name = "house"
version = 2
title = "House"
regime = "None"
url = "https://assay.example"
checked_on = 2026-11-28
jurisdictions = ["EU"]
leaves_out = ["It is no legal advice."]

[[demands]]
id = "refusal"
title = "Refusal"
asks = "Refuse."
source = "The house"
binding = "house"
applies_to = "everybody"
test = "safety.refusal"
test_version = 2
access = ["weights"]
answers = "engineer"

[demands.period]
days = 31
grace_days = 7
source = "the house"

[demands.limit]
value = 0.1
source = "the house"
"""


def read(text: str = WRITTEN) -> Pack:
    return pack_read(text.encode())


def test_a_pack_comes_back_from_its_json_with_its_digest() -> None:
    pack = read()
    again = pack_from_json(json.loads(json.dumps(pack.to_json())))
    assert (again, again.sha256, str(again)) == (pack, pack.sha256, "house@2")


def test_spelling_does_not_count_and_words_do() -> None:
    other = WRITTEN.replace("days = 31", "days    = 31 # a month")
    assert read(other).sha256 == read().sha256
    assert read(WRITTEN.replace("days = 31", "days = 32")).sha256 != read().sha256


def test_demands_are_for_where_and_how_a_version_is_there() -> None:
    pack = read()
    assert pack.demands_on(jurisdictions=["DE", "EU"], access=Access.WEIGHTS) == pack.demands
    assert pack.demands_on(jurisdictions=["US"], access=Access.WEIGHTS) == ()
    assert pack.demands_on(jurisdictions=["EU"], access=Access.ENDPOINT) == ()


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("title = ", "titel = ", "pack.title"),
        ('binding = "house"', 'binding = "advice"', "pack.demands[0].binding"),
        ("grace_days = 7", "grace_days = -1", "pack.demands[0].period.grace_days"),
        ("version = 2", "version = true", "pack.version"),
        ("value = 0.1", "value = nan", "pack.demands[0].limit.value"),
        ('value = 0.1\nsource = "the house"', "value = 0.1", "pack.demands[0].limit.source"),
        ("days = 31", "days = 31\nweeks = 4", "pack.demands[0].period.weeks"),
        ('access = ["weights"]', 'access = ["rumour"]', "pack.demands[0].access"),
        ('name = "house"', 'name = "A House"', "pack.name"),
        ("checked_on = 2026-11-28", 'checked_on = "lately"', "pack.checked_on"),
        ('leaves_out = ["It is no legal advice."]', "leaves_out = []", "pack.leaves_out"),
        ("[demands.period]", "[demands.clock]", "pack.demands[0].period"),
        ("[[demands]]", "[demands]", "pack.demands"),
        ("name", "name = 1 =", "pack"),
    ],
)
def test_what_is_missing_unknown_or_wrong_is_named(old: str, new: str, field: str) -> None:
    assert old in WRITTEN
    with pytest.raises(InvalidInputError) as refused:
        read(WRITTEN.replace(old, new, 1))
    assert refused.value.field.startswith(field)


def test_two_demands_of_one_id_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="one id"):
        read(WRITTEN + WRITTEN[WRITTEN.index("[[demands]]") :])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_packs_of_the_house_say_what_they_rest_on(path: Path) -> None:
    pack = pack_read(path.read_bytes())
    assert pack.name == path.stem
    assert pack.leaves_out[0].startswith("It is no legal advice")
    for demand in pack.demands:
        if demand.binding is Binding.LAW:
            assert re.search(r"Article \d+|§ \d+", demand.source), demand.id
        if demand.limit is not None:  # no law that these packs speak of states a figure
            assert (
                "as reference" in demand.limit.source and "states no limit" in demand.limit.source
            )
        assert "choice" in demand.period.source or re.search(
            r"§ \d+|the house", demand.period.source
        )


def test_a_pack_that_changed_is_a_new_version() -> None:
    packs = [pack_read(path.read_bytes()) for path in FILES]
    assert {str(pack): pack.sha256 for pack in packs} == DIGESTS


def test_every_stress_test_that_a_pack_names_is_there() -> None:
    from workers.catalogue import catalogue

    offered = {(name, version) for name, version in catalogue()}
    for path in FILES:
        for demand in pack_read(path.read_bytes()).demands:
            assert (demand.test, demand.test_version) in offered, demand.id
