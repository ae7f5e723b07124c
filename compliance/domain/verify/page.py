"""The page of a bundle: what its statement says, for people, without a network.

The verifier writes it again and compares, so it cannot say anything that the statement does not. A
change of this page is a change of the format: write a new one beside it under a new name in
``archive.PARTS`` and keep this one, or older bundles no longer verify.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from html import escape

from compliance.domain.attestation import Finding
from compliance.domain.statements import parse_result_statement
from compliance.domain.verdicts import Estimate, Part

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;"
    "max-width:52rem;padding:0 1rem}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}"
    "dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.25rem 1rem}"
    "dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}table{border-collapse:collapse;"
    "width:100%}th,td{border-bottom:1px solid #8888;padding:.25rem .5rem;text-align:left}"
    ".wide{overflow-x:auto}code{font-size:.9em}@media(max-width:30rem){dl{display:block}"
    "dd{margin-bottom:.5rem}}"
)


def page_html(statement: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The page of a statement.

    Args:
        parts: the other parts of the bundle by name, whose digests it lists.

    Raises:
        StatementError: the bytes are no statement of a result.
    """
    found = parse_result_statement(statement)
    finding, claim = found.finding, found.finding.estimate.claim
    title = f"{finding.spec.name}: {finding.verdict.value}"
    subjects = [(one.name, one.sha256) for one in found.subjects]
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(claim.statement)}.</p>",
        (
            "<p>This page says what the operator attests. It proves nothing by itself: check the "
            "bundle with <code>assay-verify</code>, or on the page <code>/verify/</code> of any "
            "Assay.</p>"
        ),
        _list("What was found", _figures(finding.estimate)),
        _parts(finding.estimate),
        _list("Subjects, by SHA-256", subjects),
        _list("What it follows from", _record(finding)),
        _notes(finding.estimate),
        _list("Parts of the bundle, by SHA-256", _digests(parts)),
    ]
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
    )
    return f"{head}{''.join(body)}</main></body></html>\n".encode()


def _figures(estimate: Estimate) -> Iterator[tuple[str, str]]:
    claim = estimate.claim
    yield "Statistic", claim.statistic
    yield "Estimate", _interval(estimate, claim.alpha)
    yield "Limit", f"{claim.limit:.6g}, from {claim.limit_source}"
    yield "Items", f"{estimate.n} of {estimate.planned}; the unit is the {claim.unit}"
    yield "Population", claim.population
    yield "Evidence against the claim", _evidence(estimate.log10_e_violating)
    yield "Evidence for the claim", _evidence(estimate.log10_e_compliant)
    yield "Probability of a wrong verdict", f"at most {claim.alpha:g}, over all looks"


def _interval(estimate: Estimate | Part, alpha: float) -> str:
    level = f"{100 * (1 - alpha):g}% confidence sequence"
    return f"{estimate.value:.6g} ({level} {estimate.lower:.6g} to {estimate.upper:.6g})"


def _evidence(log10_e: float) -> str:
    return f"log10 of the e-value {log10_e:.4g}"


def _record(finding: Finding) -> Iterator[tuple[str, str]]:
    yield "Result", finding.result
    yield "Recorded", finding.recorded_at
    yield "Stress test", f"{finding.spec.name}@{finding.spec.version}"
    yield "Spec", finding.spec.digest
    yield "Code", finding.code_digest
    yield "Seed", str(finding.seed)
    yield "Order of the items", finding.order_digest
    yield "Scores", finding.scores_digest
    if finding.answers_digest:
        yield "Answers", finding.answers_digest


def _parts(estimate: Estimate) -> str:
    if not estimate.parts:
        return ""
    rows = "".join(
        f"<tr><th scope='row'>{escape(one.name)}</th><td>{one.n}</td><td>{one.value:.6g}</td>"
        f"<td>{one.lower:.6g} to {one.upper:.6g}</td><td>{escape(one.note)}</td></tr>"
        for one in estimate.parts
    )
    heads = "".join(f"<th scope='col'>{one}</th>" for one in ("Part", "n", "Estimate", "Interval"))
    return (
        f"<h2>Parts</h2><div class='wide' tabindex='0' role='group' aria-label='Parts'><table>"
        f"<thead><tr>{heads}<th scope='col'>Note</th></tr></thead><tbody>{rows}</tbody></table>"
        "</div>"
    )


def _notes(estimate: Estimate) -> str:
    items = "".join(f"<li>{escape(one)}</li>" for one in estimate.caveats)
    return f"<h2>To read it rightly</h2><ul>{items}</ul>" if items else ""


def _digests(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for name, content in parts.items():
        yield name, hashlib.sha256(content).hexdigest()


def _list(title: str, rows: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> str:
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f"<h2>{escape(title)}</h2><dl>{items}</dl>"
