"""Provenance on real models: children are what they are called, and rows keep no item."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from compliance.domain.verdicts import Estimate, judge
from launcher import derived_models, taught_models
from launcher import provenance_cases as cases
from launcher import provenance_served_cases as served_cases
from launcher import provenance_texts as texts
from launcher import provenance_trained_cases as trained_cases
from launcher.derived_models import OTHER, PARENT, UNRELATED, Shelf
from launcher.models import in_the_making
from launcher.provenance_tables import lines
from launcher.results_provenance import CASES, PROVENANCE, recorded
from tests.stress_tests.conftest import write_model
from tests.validity.report_tables import missing
from workers.catalogue import find
from workers.stress_tests.provenance.keyed_units import parse_scheme

KEYED = (
    trained_cases.CANARIES,
    trained_cases.CONTAMINATION,
    trained_cases.PARAPHRASES,
    trained_cases.RADIOACTIVITY,
)
RECORDED = sorted(path.stem for path in PROVENANCE.glob("*.json"))
NONE: frozenset[tuple[str, ...]] = frozenset()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Tiny models under the real names; children are made from them as from the real ones."""
    root = tmp_path_factory.mktemp("models")
    for seed, name in enumerate((PARENT, UNRELATED, OTHER)):
        with in_the_making(root / name) as folder:
            write_model(folder, seed=seed, tie_word_embeddings=True)
    recipes = {**derived_models.RECIPES, **taught_models.RECIPES}
    return Shelf(root, recipes, lambda _: None)


def tensors(shelf: Shelf, name: str) -> dict[str, np.ndarray]:
    return dict(load_file(shelf.folder(name) / "model.safetensors"))


def test_children_hold_what_they_are_called_and_tied_layers_stay_tied(shelf: Shelf) -> None:
    own = tensors(shelf, PARENT)
    pruned = tensors(shelf, "smollm2-pruned-50")
    assert set(pruned) == set(own)
    gate = "model.layers.0.mlp.gate_proj.weight"
    assert np.mean(pruned[gate] == 0) == pytest.approx(0.5, abs=0.01)
    four = tensors(shelf, "smollm2-4-bit")[gate]
    assert len(np.unique(four[0])) <= 15 < len(np.unique(own[gate][0]))
    merged = tensors(shelf, "smollm2-merged-50")[gate]
    assert 0.5 < np.corrcoef(merged.ravel(), own[gate].ravel())[0, 1] < 0.9


def test_a_child_is_made_once(shelf: Shelf) -> None:
    first = (shelf.folder("smollm2-8-bit") / "model.safetensors").stat().st_mtime_ns
    assert (shelf.folder("smollm2-8-bit") / "model.safetensors").stat().st_mtime_ns == first


def test_a_child_shares_initialisation_and_a_stranger_does_not(shelf: Shelf) -> None:
    found = {case.name: case for case in cases.initialisation_cases()}
    child: Any = found["smollm2-4-bit"].measure(shelf)
    assert child["verdict"] == "violating"
    assert child["families"]["hidden_units"]["in_place"] == 128
    stranger: Any = found[OTHER].measure(shelf)
    assert stranger["verdict"] == "inconclusive" and stranger["log10_e"] < 3.0


def test_one_control_makes_a_lead(shelf: Shelf) -> None:
    row: Any = cases.ranked_cases("provenance.next_token_agreement", 50)[1].measure(shelf)
    assert row["estimate"]["lead"] is True and row["verdict"] == "inconclusive"
    assert len(row["estimate"]["parts"]) == 2


def test_a_row_says_why_a_test_cannot_speak(shelf: Shelf) -> None:
    asked = cases.Asked("provenance.canaries", PARENT, {"drawn_at_random": True})
    assert "at least 20 are needed" in str(asked.row(shelf)["trouble"])


@pytest.mark.parametrize("test", [trained_cases.CANARIES, trained_cases.PARAPHRASES])
def test_claims_made_anew_are_counted_and_cost_one_reading(shelf: Shelf, test: str) -> None:
    row = trained_cases._anew(test, PARENT, 3, shelf)
    assert (row["claims"], row["wrong"]) == (3, 0)


def test_rows_hold_no_item_and_no_answer(shelf: Shelf) -> None:
    row = trained_cases._claimed(trained_cases.CANARIES, PARENT, 0, shelf)
    text = json.dumps(row)
    assert texts.Draw(1).groups()[0]["published"] not in text
    assert str(shelf.root) not in text
    assert row["verdict"] == "inconclusive"


def test_a_mark_raises_the_words_that_the_key_prefers(shelf: Shelf) -> None:
    plain, marked = (
        taught_models.answered(shelf.folder(PARENT), seed=1, draw=draw) for draw in (None, 1)
    )
    assert [one for one, _ in plain] == list(texts.PROMPTS)
    scheme, seal = parse_scheme(texts.SCHEME), taught_models.seal_of(1)
    shares = [
        np.mean([scheme.heads(seal, gram) for _, text in said for gram in scheme.grams(text, NONE)])
        for said in (plain, marked)
    ]
    assert shares[1] > shares[0] + 0.1


def test_a_model_that_is_served_on_is_not_called_changed(shelf: Shelf) -> None:
    row: Any = served_cases.served_cases()[0].measure(shelf)
    assert row["told"] == {"alone": None, "beside": None}
    assert row["looks"] == served_cases.AFTER and len(row["estimate"]["parts"]) == 4


@pytest.mark.parametrize("test", KEYED)
def test_what_children_read_is_claimed_of_them(shelf: Shelf, test: str) -> None:
    row: Any = trained_cases.keyed_cases(test, 1)[1].measure(shelf)
    assert row["copies"] > 0 and row["planned"] >= 20
    assert shelf.folder(row["subject"]).is_dir()


def test_the_draw_and_what_is_claimed_of_it_agree() -> None:
    """What a child reads holds every published text, and none that was held back."""
    draw = texts.Draw(1)
    lines = set(draw.published())
    for group in draw.groups():
        assert f"{group['context']}{group['published']}" in lines
        assert not any(f"{group['context']}{one}" in lines for one in group["held_back"])
    assert set(draw.wordings()) <= lines and len(draw.wordings()) == texts.DOCUMENTS
    assert len(set(draw.entries())) == 160 and texts.Draw(2).entries() != draw.entries()


@pytest.mark.parametrize("test", RECORDED)
def test_the_pages_hold_what_was_recorded(test: str) -> None:
    known = recorded(test)
    assert known["version"] == find(test).identity.version
    assert set(known["cases"]) <= {case.name for case in CASES[test]}
    assert missing(test, [line for line in lines(test) if line]) == [], (
        "python -m launcher.provenance_tables prints them"
    )


@pytest.mark.parametrize("test", RECORDED)
def test_verdicts_are_those_that_the_evidence_supports(test: str) -> None:
    for row in recorded(test)["cases"].values():
        if "estimate" in row:
            estimate = Estimate.from_json(row["estimate"])
            assert judge(estimate).value == row["verdict"]
            assert estimate.lower <= estimate.value <= estimate.upper


def test_records_hold_no_path_and_no_answer() -> None:
    for path in PROVENANCE.glob("*.json"):
        text = path.read_text()
        assert '"/' not in text and '"answer"' not in text and '"payload"' not in text
