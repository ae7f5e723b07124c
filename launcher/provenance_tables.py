"""What the provenance tests said on real models, as the tables that their pages hold.

``python -m launcher.provenance_tables [TEST ...]`` prints them from ``docs/results/provenance/``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from launcher.derived_models import OTHER, PARENT, TUNED
from launcher.results_provenance import recorded

NAMED: Mapping[str, str] = {
    PARENT: "SmolLM2 itself",
    OTHER: "Gemma-3-270m",
    TUNED: "fine-tuned for 12 steps",
    "smollm2-pruned-50": "half of each matrix pruned",
    "smollm2-pruned-50, declared": "half of each pruned, SmolLM2 declared its parent",
    "smollm2-8-bit": "8-bit blocks",
    "smollm2-4-bit": "4-bit blocks",
    "smollm2-merged-50": "merged 50/50 with fresh weights",
    "smollm2-units-reshuffled": "hidden units permuted and signs flipped",
    "smollm2-residual-reshuffled": "residual stream permuted and signs flipped",
}
FAMILIES = ("hidden_units", "value_rows", "embedding_columns", "scanned_layers", "activations")
Cases = Mapping[str, Any]


def main() -> None:
    """Print the tables of the tests that are named, or of all."""
    for test in sys.argv[1:] or TABLES:
        print(f"\n{test}\n")
        print("\n".join(lines(test)))


def lines(test: str) -> list[str]:
    """The tables of one test, as its page holds them."""
    return [*TABLES[test](recorded(test)["cases"])]


def initialisation(cases: Cases) -> Iterator[str]:
    """Counts where most units are in place, and evidence by family."""
    yield (
        "| subject | verdict | in place | equal signs | share in place, 99.9% over layers "
        "| log10 E | by family | processor time |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for name, row in cases.items():
        known = row["families"]
        first, part = next(iter(known.values())), row["estimate"]["parts"][0]
        each = " / ".join(
            _digits(known[one]["log10_e"]) if one in known else "–" for one in FAMILIES
        )
        yield (
            f"| {NAMED.get(name, name)} | {row['verdict']} "
            f"| {first['in_place']:,} of {first['units']:,} "
            f"| {first['positive']:,} of {first['matched']:,} "
            f"| {part['value']:.4f} ({part['lower']:.4f} to {part['upper']:.4f}) "
            f"| {_digits(row['log10_e'])} | {each} | {row['seconds_work']:.0f} s |"
        )


def ranked(cases: Cases) -> Iterator[str]:
    """Each suspect beside the one control."""
    yield "| suspect | result | share | 95% over prompts | the control's | 95% over prompts |"
    yield "|---|---|---|---|---|---|"
    for name, row in cases.items():
        subject = NAMED.get(name, name)
        if "trouble" in row:
            yield f"| {subject} | not testable: {row['trouble']} | – | – | – | – |"
            continue
        own, *controls = row["estimate"]["parts"]
        above = sum(own["value"] > one["value"] for one in controls)
        p = (1 + len(controls) - above) / (1 + len(controls))
        kind = "a lead" if row["estimate"]["lead"] else row["verdict"]
        shares = " ".join(_share(one) for one in (own, controls[0]))
        yield (
            f"| {subject} | {kind}: closer than {above} of {len(controls)}, p {p:.2g} {shares} |"
        )


def served(cases: Cases) -> Iterator[str]:
    """Looks until a change was told, by either way of asking."""
    yield (
        "| served from the third look on | endpoint alone | with the registered weights | looks "
        "| looks that differ, 95% | log10 e |"
    )
    yield "|---|---|---|---|---|---|"
    for name, row in cases.items():
        found = row["estimate"]
        yield (
            f"| {NAMED.get(name, name)} | {_told(row['told']['alone'])} "
            f"| {_told(row['told']['beside'])} | {row['looks']} "
            f"| {found['value']:.2f} ({found['lower']:.2f} to {found['upper']:.2f}) "
            f"| {found['log10_e_violating']:.1f} |"
        )


def keyed(cases: Cases) -> Iterator[str]:
    """A publisher's own claims by copies, and claims made anew."""
    yield "| model | result | asked | statistic, 99% | log10 e |"
    yield "|---|---|---|---|---|"
    for row in cases.values():
        if "claims" not in row:
            found = row["estimate"]
            subject = f"read {row['copies']} times" if row["copies"] else "SmolLM2 itself"
            yield (
                f"| {subject} | {_result(row)} | {found['n']} of {row['planned']} "
                f"| {found['value']:.3f} ({found['lower']:.3f} to {found['upper']:.3f}) "
                f"| {found['log10_e_violating']:.1f} |"
            )
    yield ""
    yield "| claims drawn anew | wrong verdicts | one-sided 95% bound |"
    yield "|---|---|---|"
    for name, row in cases.items():
        if "claims" in row:
            yield f"| {name} | {row['wrong']} of {row['claims']} | {row['upper']:.1%} |"


def _share(part: Mapping[str, Any]) -> str:
    return f"| {part['value']:.3f} | {part['lower']:.3f} to {part['upper']:.3f}"


def _digits(log10_e: float) -> str:
    return f"{log10_e:,.0f}" if abs(log10_e) >= 10 else f"{log10_e:.1f}"


def _told(looks: int | None) -> str:
    return "not told" if looks is None else f"told after {looks}"


def _result(row: Mapping[str, Any]) -> str:
    return "found" if row["verdict"] == "violating" else "not shown"


TABLES: Mapping[str, Callable[[Cases], Iterator[str]]] = {
    "provenance.shared_initialisation": initialisation,
    "provenance.next_token_agreement": ranked,
    "provenance.output_image": ranked,
    "provenance.served_drift": served,
    "provenance.canaries": keyed,
    "provenance.paraphrases": keyed,
    "provenance.contamination": keyed,
    "provenance.radioactivity": keyed,
}


if __name__ == "__main__":
    main()
