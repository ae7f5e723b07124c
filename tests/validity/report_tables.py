"""Rows of a validity report as the docs state them: printed by a test that fails."""

import json
from pathlib import Path
from typing import Any

import workers

ROOT = Path(workers.__file__).parents[1]


def committed(name: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((ROOT / "workers/validity" / f"{name}.json").read_text())
    return report


def page(name: str) -> str:
    return (ROOT / "docs" / "stress_tests" / f"{name}.md").read_text()


def rows(report: dict[str, Any]) -> list[str]:
    """Markdown rows of size, coverage and power."""
    return [
        *(
            f"| {r['case']} | {r['wrong_verdict']} | {r['wrong']} of {r['lives']:,} "
            f"| {r['rate']:.2%} | {r['upper']:.2%} |"
            for r in report["size"]
        ),
        *(
            f"| {r['case']} | {r['covered']:,} of {r['lives']:,} | {r['rate']:.2%} "
            f"| {r['lower']:.2%} |"
            for r in report["coverage"]
        ),
        *(
            f"| {r['case']} | {r['compliant']:,} | {r['violating']:,} | {r['inconclusive']:,} "
            f"| {r['median_items']:,} | {r['ninth_decile_items']:,} |"
            for r in report["power"]
        ),
    ]


def label_rows(report: dict[str, Any]) -> list[str]:
    """Markdown rows of what people's labels were measured at."""
    found = report["labels"]
    covered = {row["case"]: row for row in found["coverage"]}
    return [
        *(
            f"| {r['case']} | {r['wrong_verdict']} | {r['wrong']} of {r['lives']:,} "
            f"| {r['rate']:.2%} | {r['upper']:.2%} | {covered[r['case']]['rate']:.2%} |"
            for r in found["size"]
        ),
        *(
            f"| {r['case']} | {r['compliant']:,} | {r['violating']:,} | {r['inconclusive']:,} "
            f"| {r['median_items']:,} | {r['ninth_decile_items']:,} |"
            for r in found["power"]
        ),
        *(
            f"| {found['unlabelled']['case']}, judge {judge} "
            f"| {wrong} of {found['unlabelled']['lives']} |"
            for judge, wrong in found["unlabelled"]["violating"].items()
        ),
    ]


def missing(name: str, wanted: list[str]) -> list[str]:
    """The rows that the page lacks; empty when docs and report agree."""
    text = page(name)
    return [row for row in wanted if row not in text]
