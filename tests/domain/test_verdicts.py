import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.verdicts import Claim, Estimate, Part, combine_parts, judge
from compliance.domain.vocabulary import Scope, Verdict

CLAIM = Claim(
    statement="The rate is at most 5%.",
    population="bank",
    statistic="rate",
    limit=0.05,
    limit_source="a source",
    alpha=0.05,
    unit="request",
    scope=Scope.BANK,
)


def estimate(violating: float, compliant: float) -> Estimate:
    return Estimate(
        claim=CLAIM,
        n=10,
        planned=20,
        value=0.1,
        lower=0.0,
        upper=0.3,
        log10_e_violating=violating,
        log10_e_compliant=compliant,
    )


def part(violating: float, compliant: float) -> Part:
    return Part("p", 10, 0.1, 0.0, 0.3, violating, compliant)


def test_evidence_at_one_over_alpha_decides() -> None:
    bound = math.log10(20)
    assert judge(estimate(bound, 0.0)) is Verdict.VIOLATING
    assert judge(estimate(0.0, bound)) is Verdict.COMPLIANT
    assert judge(estimate(bound - 1e-9, 0.0)) is Verdict.INCONCLUSIVE


def test_a_lead_never_decides() -> None:
    assert judge(replace(estimate(100.0, 0.0), lead=True)) is Verdict.INCONCLUSIVE


def test_contradictory_evidence_decides_nothing() -> None:
    assert judge(estimate(5.0, 5.0)) is Verdict.INCONCLUSIVE


def test_estimate_survives_its_json() -> None:
    original = replace(estimate(1.0, 2.0), parts=(part(1.0, 2.0),), caveats=("as judged",))
    assert Estimate.from_json(original.to_json()) == original


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=9))
def test_parts_pay_for_their_number_when_violating_and_all_must_comply(
    evidence: list[tuple[float, float]],
) -> None:
    violating, compliant = combine_parts([part(v, c) for v, c in evidence])
    mean_e = sum(10**v for v, _ in evidence) / len(evidence)
    assert 10**violating <= mean_e * (1 + 1e-9)  # never more than the mean, a valid e-value
    assert compliant == min(c for _, c in evidence)
