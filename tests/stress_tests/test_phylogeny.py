"""``provenance.phylogeny``: whom it ranks first, the tree it draws, and no verdict."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.specs import Subject
from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import Verdict
from tests.stress_tests.held import held
from workers.backends.loading import open_backend
from workers.contract import Score
from workers.scoring.phylogenies import alike, newick, tree
from workers.stress_tests.provenance.phylogeny import OWN, phylogeny

NAMES = ("near", "far", "farther")
UNDECLARED, PARENT = "undeclared", "declared_parent"


def said(name: str, answers: list[str], role: str = UNDECLARED) -> Score:
    return Score(name, name, name, 1.0, role, detail={"answers": [*answers]})


def models(prompts: int = 60) -> dict[str, list[str]]:
    """The version, one that gives most of its answers, and two that give each other's."""
    rng = np.random.default_rng(0)
    draw = lambda: [str(one) for one in rng.integers(5, size=prompts)]  # noqa: E731
    version, far = draw(), draw()
    near, farther = [*version], [*far]
    near[:6], farther[:20] = draw()[:6], draw()[:20]
    return {OWN: version, "near": near, "far": far, "farther": farther}


def test_who_answers_alike_is_first_and_drawn_beside() -> None:
    found = phylogeny.build(phylogeny.defaults).conclude(
        [
            said(name, answers, OWN if name == OWN else UNDECLARED)
            for name, answers in models().items()
        ]
    )
    assert found.parts[0].name == "near"
    assert found.value > 0.9 and found.claim.limit < 0.5
    assert found.lower < found.value < found.upper
    assert found.parts[0].note.startswith("1. of all; undeclared; ")
    (drawn,) = (one for one in found.caveats if one.startswith("Tree of all"))
    assert "('the version','near')1.00" in drawn
    assert found.lead and judge(found) is Verdict.INCONCLUSIVE
    assert (found.log10_e_violating, found.log10_e_compliant) == (0.0, 0.0)


def test_a_declared_parent_is_no_suspect() -> None:
    roles = {OWN: OWN, "near": PARENT}
    scores = [said(name, one, roles.get(name, UNDECLARED)) for name, one in models().items()]
    found = phylogeny.build(phylogeny.defaults).conclude(scores)
    assert found.parts[0].name == "near" and found.value < 0.5


def test_a_tree_groups_by_equal_answers_and_is_written_in_newick() -> None:
    answers = np.array([[*map(int, one)] for one in models(400).values()])
    shares = alike(answers)
    assert shares[0, 1] == (answers[0] == answers[1]).mean() and (shares == shares.T).all()
    clades = tree(answers, np.random.default_rng(1))
    assert [set(one.models) for one in clades] == [{0, 1}, {2, 3}, {0, 1, 2, 3}] or [
        set(one.models) for one in clades
    ] == [{2, 3}, {0, 1}, {0, 1, 2, 3}]
    assert all(one.support == 1.0 for one in clades)
    assert newick(clades, ["a", "b", "it's", "d"]) == "(('a','b')1.00,('it''s','d')1.00);"


def test_strangers_make_groups_that_other_prompts_do_not_keep() -> None:
    answers = np.random.default_rng(2).integers(2, size=(8, 50))
    clades = tree(answers, np.random.default_rng(3))
    assert min(one.support for one in clades if len(one.models) < 8) < 0.5


def test_it_asks_models_themselves(tiny: Path, own: Path) -> None:
    reference = held("own", own)
    backend = open_backend(Subject("tiny", str(tiny)), [reference])
    given: list[Json] = [
        {"label": "own", "digest": reference.weights_digest, "declared_parent": False},
        {"label": "gone", "digest": "0" * 64, "declared_parent": False},
    ]
    procedure = phylogeny.build({**phylogeny.defaults, "references": given, "prompts": 50})
    items = procedure.items(np.random.default_rng(0))
    assert [one.part for one in items] == [OWN, "own", "gone"]
    scores = procedure.score(backend, items)
    assert all(len(str(one)) <= 4 for one in scores[0].detail["answers"])  # type: ignore[union-attr]
    found = procedure.conclude(scores)
    assert found.n == 1 and 0.0 <= found.lower <= found.value <= found.upper <= 1.0
    assert any("gone could not be compared" in one for one in found.caveats)
    with pytest.raises(NotTestableError, match="no other model is registered"):
        procedure.conclude(scores[:1])
