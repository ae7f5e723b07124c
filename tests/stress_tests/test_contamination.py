"""``provenance.contamination``: the logic of the procedure; trained models are in its study."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from scipy.stats import kstest

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.items import Item
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.verdicts import Estimate
from compliance.domain.verify.recomputing import Recomputed, recompute
from compliance.domain.vocabulary import Stop, Verdict
from tests.stress_tests.conftest import Assay
from tests.stress_tests.scripted import ScriptedBackend
from workers.execution import Execution, NullSink, execute
from workers.stress_tests.provenance.contamination import contamination
from workers.stress_tests.provenance.ranked_texts import rank_score

TEST = "provenance.contamination"
ENTRIES = [f"entry {number}" for number in np.random.default_rng(0).permutation(480)]
PUBLISHED: dict[str, Json] = {"entries": [*ENTRIES], "drawn_at_random": True}


def follows(entries: Sequence[str], strength: float) -> Callable[[str, str], float]:
    """Likes each entry after the one it was published after, beside a noise of the text's own."""
    after = set(itertools.pairwise(entries))

    def likely(context: str, continuation: str) -> float:
        told = [context.strip(), *continuation.split("\n")]
        noise = np.random.default_rng(crc32((context + continuation).encode())).normal()
        return strength * sum(pair in after for pair in itertools.pairwise(told)) + float(noise)

    return likely


def asked(likely: Callable[[str, str], float], **parameters: Json) -> Execution:
    spec = contamination.spec(**PUBLISHED | parameters)
    return execute(
        ShardSpec(spec, 1, Subject("suspect", "")),
        ScriptedBackend(loglikelihood=likely),
        NullSink(),
    )


def test_a_model_that_read_the_order_is_found_before_all_shards_are_read() -> None:
    found = asked(follows(ENTRIES, 5.0))
    estimate = found.estimate
    assert estimate.log10_e_violating >= 2.0
    assert estimate.caveats[0].startswith("Read the list")
    assert 0.5 < estimate.lower < estimate.value <= estimate.upper <= 1.0
    if not estimate.lead:
        assert (found.verdict, found.stopped) == (Verdict.VIOLATING, Stop.VERDICT)
        assert estimate.n < found.planned == 60


def test_another_order_and_no_order_and_the_opposite_are_not_called() -> None:
    for likely in (
        follows(ENTRIES[::-1], 5.0),
        follows(ENTRIES, 0.0),
        follows(ENTRIES, -5.0),
    ):
        found = asked(likely)
        assert found.verdict is Verdict.INCONCLUSIVE
        assert found.estimate.log10_e_violating < 2.0
        assert found.estimate.log10_e_compliant <= 0.0
        assert found.estimate.caveats[0].startswith("Not shown")


def test_a_list_whose_order_nobody_says_was_drawn_is_refused_with_the_reason() -> None:
    with pytest.raises(NotTestableError, match="drawn at random") as refused:
        asked(follows(ENTRIES, 5.0), drawn_at_random=False)
    assert "held-out set from the same draw" in str(refused.value)


def test_the_rank_is_uniform_where_orders_are_alike_and_ties_go_by_lot() -> None:
    rng, item = np.random.default_rng(0), Item("i", "", "i", {})

    def ranked(likely: Sequence[float], seed: int = 0) -> float:
        return rank_score(item, likely, seed=seed).value

    for ranks in (
        [ranked([*rng.normal(size=5)], seed) for seed in range(2_000)],
        [ranked([1.0] * 5, seed) for seed in range(2_000)],
    ):
        assert kstest(ranks, "uniform").pvalue > 0.001
    assert ranked([3.0, 1.0, 2.0]) > 2 / 3
    assert ranked([0.0, 1.0, 1.0 + 1e-9]) < 1 / 3


def test_the_first_entry_stays_and_every_order_has_the_same_entries() -> None:
    heard: list[tuple[str, str]] = []

    def listen(context: str, continuation: str) -> float:
        heard.append((context, continuation))
        return 0.0

    asked(listen, shuffles=3)
    first = [heard[k : k + 4] for k in range(0, len(heard), 4)]
    assert len(first) == 60
    for orders in first:
        assert len({context for context, _ in orders}) == 1
        assert len({tuple(sorted(more.split("\n"))) for _, more in orders}) == 1
        start = ENTRIES.index(orders[0][0].strip())
        assert orders[0][1] == "\n".join(ENTRIES[start + 1 : start + 8])


def test_who_verifies_gets_the_same_number_from_the_scores_and_the_recipe() -> None:
    found = asked(follows(ENTRIES, 1.0))
    estimate = Estimate.from_json(found.estimate.to_json())
    assert recompute(estimate, found.scores).outcome is Recomputed.SAME
    assert recompute(estimate, found.scores[1:]).outcome is not Recomputed.SAME


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"entries": ["a", 3]}, "no text"),
        ({"entries": ["a", " "]}, "empty"),
        ({"entries": ["a" * 200_001]}, "200,000 characters"),
        ({"shard": 2}, "shard"),
        ({"shuffles": 0}, "shuffles"),
    ],
)
def test_a_malformed_list_is_refused(parameters: dict[str, Json], problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        contamination.build(PUBLISHED | parameters)


def test_too_few_entries_are_not_testable() -> None:
    with pytest.raises(NotTestableError, match="make 19 shards"):
        asked(follows(ENTRIES, 0.0), entries=[*ENTRIES[:159]])


def test_a_real_model_is_asked_from_the_terminal(tiny: Path, tmp_path: Path, assay: Assay) -> None:
    path = tmp_path / "list.json"
    path.write_text("[" + ", ".join(f'"{one}"' for one in ENTRIES[:80]) + "]")
    settings = (f"entries=@{path}", "drawn_at_random=true", "shard=4", "shuffles=2")
    options = [part for one in settings for part in ("--set", one)]
    ended = assay("run", TEST, "--model", tiny, *options)
    assert ended.status == 3, ended.err
    assert "Not shown" in ended.out
