"""A rate as people would judge it, from a judge that errs and labels for a few random items.

Item i gets the judge's outcome f_i and, with a chance pi decided before anybody looks, a person's
outcome Y_i (xi_i = 1). Then

    phi_i = f_i + (xi_i / pi) (Y_i - f_i),    E[phi_i] = E[Y_i],

whatever the judge's errors, even if they depend on the item: an error enters as variance, not as
bias. phi lies in [1 - 1/pi, 1/pi], so its mean is a bounded mean, bet on as in ``engines``. With
pi = 1 it is the people's rate itself; a judge that is always wrong makes it slow, not invalid.

Assumes: items independent of each other; the audit's coin independent of item and answer (drawn
from a committed seed); the person is right. Labels of another model's answers correct nothing.

Source: Horvitz and Thompson, JASA 47, 1952; Angelopoulos et al., Prediction-powered inference,
Science 382, 2023; Csillag et al., Prediction-powered e-values, ICML 2025.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compliance.domain.statistics.betting import Floats, MeanEvidence
from compliance.domain.statistics.engines import BoundedMean, Paths


@dataclass(frozen=True, slots=True)
class AuditedRate:
    """A rate that complies up to ``limit``; each item is labelled with chance ``audited``.

    Raises:
        ValueError: the limit is not strictly between 0 and 1, or ``audited`` not in (0, 1].
    """

    limit: float
    audited: float

    def __post_init__(self) -> None:
        if not 0.0 < self.limit < 1.0 or not 0.0 < self.audited <= 1.0:
            raise ValueError("needs a limit between 0 and 1 and a chance of an audit")

    def paths(self, units: Floats) -> Paths:
        """As in ``Engine``; ``units`` of shape (n, 2): judge's and person's outcome in [0, 1].

        The person's is NaN where the item was not audited.
        """
        return self._engine().paths(self.corrected(units))

    def evidence(self, units: Floats, *, alpha: float) -> MeanEvidence:
        """The corrected rate, confined to [0, 1], with its confidence sequence."""
        found = self._engine().evidence(self.corrected(units), alpha=alpha)
        value, lower, upper = (
            min(1.0, max(0.0, one)) for one in (found.value, found.lower, found.upper)
        )
        return MeanEvidence(
            found.n, value, lower, upper, found.log10_e_violating, found.log10_e_compliant
        )

    def corrected(self, units: Floats) -> Floats:
        """phi of every item, shape (n,)."""
        shaped = units.ndim == 2 and units.shape[1] == 2
        known = units if not shaped else units[~np.isnan(units)]
        if not shaped or not bool(np.all((known >= 0.0) & (known <= 1.0))):
            raise ValueError("needs a judge's and a person's outcome between 0 and 1 of every item")
        judged, labels = units[:, 0], units[:, 1]
        found: Floats = judged + np.where(np.isnan(labels), 0.0, (labels - judged) / self.audited)
        return found

    def _engine(self) -> BoundedMean:
        reach = 1.0 / self.audited
        return BoundedMean(low=1.0 - reach, high=reach, limit=self.limit)
