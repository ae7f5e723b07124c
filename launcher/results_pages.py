"""``docs/results/``: a page a model, drawn from its recorded results and nothing else.

``python -m launcher.results_pages`` draws every page again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from launcher.supervisor import ROOT

FOLDER = ROOT / "docs" / "results"
ENDED = {"verdict": "verdict reached", "bank": "bank asked", "budget": "token budget spent"}
PARTS_HEAD = "| part | n | estimate | interval | log10 E against compliance / violation |"
HEAD = "| stress test | verdict | estimate | interval | limit | n of planned | ended by | time |"


def main() -> None:
    """Draw every page again."""
    for path in sorted(FOLDER.glob("*.json")):
        page_write(json.loads(path.read_text()))


def page_write(found: Mapping[str, Any]) -> None:
    """Write a model's page beside its results."""
    (FOLDER / f"{found['model']}.md").write_text(page(found))


def page(found: Mapping[str, Any]) -> str:
    """The page of one model's results, as Markdown."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    tests: Mapping[str, Any] = found["tests"]
    yield f"# {found['title']}"
    yield ""
    yield found["origin"]
    yield ""
    yield (
        "Drawn from "
        f"[{found['model']}.json]({found['model']}.json), which `make results` writes: "
        "the service's own record of each test's newest run, with seeds and digests, without "
        "items and answers. Intervals hold at every look, at 1 − α. "
        f"{_machines(tests)}"
    )
    yield ""
    yield HEAD
    yield "|" + "---|" * HEAD.count(" | ") + "---|"
    yield from (_row(name, row) for name, row in tests.items())
    for name, row in tests.items():
        yield from _about(name, row)


def _machines(tests: Mapping[str, Any]) -> str:
    asked = [row["environment"] for row in tests.values() if row.get("environment")]
    threads = sorted({one["threads"] for one in asked if "threads" in one})
    devices = sorted({one["device"] for one in asked if "device" in one})
    if not threads:
        return ""
    return f"Time is of one worker, float32, on {', '.join(devices)}, threads: " + ", ".join(
        map(str, threads)
    )


def _row(name: str, row: Mapping[str, Any]) -> str:
    test = f"[`{name}`](../stress_tests/{name}.md) {row['spec']['version']}"
    if "estimate" not in row:
        return f"| {test} | {row['state']}: {row['trouble']} | | | | | | |"
    found = row["estimate"]
    verdict = f"{row['verdict']} (a lead)" if found["lead"] else row["verdict"]
    cells = (
        test,
        verdict,
        f"{found['value']:.4f}",
        f"{found['lower']:.4f} to {found['upper']:.4f}",
        f"{found['claim']['limit']:.4g}",
        f"{found['n']:,} of {found['planned']:,}",
        _ended(row),
        _time(row["seconds"]),
    )
    return f"| {' | '.join(cells)} |"


def _ended(row: Mapping[str, Any]) -> str:
    words = ENDED[row["stopped"]]
    return f"{words} ({row['token_budget']:,})" if row["stopped"] == "budget" else words


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _about(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    """What the number is, what its limit rests on, and what a reader must know."""
    if "estimate" not in row:
        return
    found, claim = row["estimate"], row["estimate"]["claim"]
    yield ""
    yield f"## {name}"
    yield ""
    yield f"{claim['statement']}. Statistic: {claim['statistic']}."
    yield f"Limit: {claim['limit_source']}. α = {claim['alpha']:g}; unit: {claim['unit']}."
    yield (
        f"log10 E: {found['log10_e_violating']:.2f} against compliance, "
        f"{found['log10_e_compliant']:.2f} against violation."
    )
    if found["caveats"]:
        yield ""
        yield from (f"- {one}" for one in found["caveats"])
    if found["parts"]:
        yield from _parts(found)


def _parts(found: Mapping[str, Any]) -> Iterator[str]:
    """Every part with its interval, which an estimate of the worst part alone would hide."""
    parts, alpha = found["parts"], found["claim"]["alpha"]
    yield ""
    if _together(found):
        yield f"{len(parts)} parts; all intervals hold together at {1 - alpha:g}:"
    else:
        yield f"{len(parts)} parts; each interval holds at {1 - alpha:g}, not all of them together:"
    yield ""
    yield PARTS_HEAD
    yield "|---|---|---|---|---|"
    for part in parts:
        name = f"{part['name']} ({part['note']})" if part["note"] else part["name"]
        interval = f"{part['lower']:.4f} to {part['upper']:.4f}"
        evidence = f"{part['log10_e_violating']:.2f} / {part['log10_e_compliant']:.2f}"
        yield f"| {name} | {part['n']:,} | {part['value']:.4f} | {interval} | {evidence} |"


def _together(found: Mapping[str, Any]) -> bool:
    """Whether the parts' intervals share alpha: by the recipe; older results say so in words."""
    if recipe := found.get("recipe"):
        spent = sum(one["alpha"] for one in recipe["parts"])
        return bool(spent <= found["claim"]["alpha"] * (1 + 1e-9))
    return any("hold together" in one for one in found["caveats"])


if __name__ == "__main__":
    main()
