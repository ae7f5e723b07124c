"""A bundle that was handed out stays good: later releases verify the one kept here."""

from pathlib import Path

from compliance.domain.verify.bundle import bundle_build, bundle_read
from compliance.domain.verify.rules import Outcome, Rule, verify
from compliance.domain.verify.trust import trust_read

GOLDEN = Path(__file__).parent / "golden"
DATA = (GOLDEN / "result.assay.zip").read_bytes()


def test_the_bundle_of_the_first_format_verifies() -> None:
    """If this fails, the format changed: give the new one another name, and keep reading this."""
    trust = trust_read((GOLDEN / "policy.txt").read_bytes())
    steps = list(verify(DATA, trust))
    open_ = [(step.rule, step.outcome) for step in steps if step.outcome is not Outcome.HOLDS]
    assert open_ == [(Rule.PLAN, Outcome.NOT_CHECKED)]  # its run is from before plans were logged
    assert len(steps) == len(Rule)
    assert bundle_build(bundle_read(DATA)[0]) == DATA
