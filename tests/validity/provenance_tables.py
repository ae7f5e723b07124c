"""Rows of the provenance tests' validity reports as their pages state them."""

from collections.abc import Callable
from typing import Any

Report = dict[str, Any]
FAMILIES = (
    "hidden_units",
    "activations",
    "value_rows",
    "embedding_columns",
    "experts",
    "scanned_layers",
)
WORDS = {"verdict": "the test", "phi_u": "φ_U, Fisher-Spearman", "match": "MATCH, Spearman"}


def alarm_rows(report: Report) -> list[str]:
    """False alarms of every arm and family, with exact bounds on disjoint pairs."""
    return [
        f"| {arm['arm']} | {_words(name)} | {_share(at[0.05], arm)} | {_share(at[0.01], arm)} "
        f"| {_share(at[0.001], arm)} | {_bound(at[0.05], arm)} | {_bound(at[0.001], arm)} |"
        for arm in report["false_alarms"] + report["broken_assumptions"]
        for name in ("verdict", *FAMILIES)
        if (at := {o["alpha"]: o for o in arm["levels"] if o["statistic"] == name})
    ]


def chain_rows(report: Report) -> list[str]:
    """False alarms along the chain of the plain arm, and of labels drawn anew."""
    chain, drawn = report["false_alarms"][0], report["labels_drawn_anew"]
    of_drawn = {(o["statistic"], o["alpha"]): o for o in drawn["levels"]}
    return [
        f"| {_words(one['statistic'])} | {one['alpha']:.1%} "
        f"| {one['alarms_chain']} of {chain['chain_pairs']}, at most {one['chain_upper']:.2%} "
        f"| {anew['alarms']} of {drawn['draws']:,}, at most {anew['upper']:.3%} |"
        for one in chain["levels"]
        for anew in [of_drawn[one["statistic"], one["alpha"]]]
    ]


def count_rows(report: Report) -> list[str]:
    """Counts beside theory."""
    return [
        f"| {arm['arm']} | {_words(one['family'])} | {one['mean_in_place']:.3f} "
        f"({one['mean_in_place_z']:+.1f}) | {one['share_of_positive_signs']:.4f} "
        f"({one['share_of_positive_signs_z']:+.1f}) |"
        for arm in report["false_alarms"] + report["broken_assumptions"]
        for one in arm["counts"]
    ]


def power_rows(report: Report) -> list[str]:
    """What was found of every way to derive, beside the published statistics."""
    return [
        f"| {c['effect']} | {c['detected']} of {c['pairs']} ({c['lower']:.0%} to {c['upper']:.0%}) "
        f"| {c['log10_e_median']:.1f} ({c['log10_e_smallest']:.1f}) "
        f"| {' / '.join(_family(c, name) for name in FAMILIES)} | {c['phi_u']} | {c['match']} "
        f"| {c['sketched']} | {c['loss_nats_per_byte_median']:.2f} |"
        for c in report["power"] + report["shared_starts"]
    ]


def rival_rows(report: Report) -> list[str]:
    """Alarms of the published statistics on disjoint pairs of independent seeds."""
    return [
        f"| {WORDS[r['statistic']]} | {r['alpha']:.1%} | {r['alarms_disjoint']} of {r['pairs']} "
        f"| {r['disjoint_lower']:.1%} to {r['disjoint_upper']:.1%} |"
        for r in report["rivals"]
    ]


def screening_rows(report: Report) -> list[str]:
    """Alarms of sketches over all pairs of the zoo."""
    found = report["screening"]
    return [
        f"| {one['alpha']:.1%} | {one['alarms']:,} of {found['pairs']:,} ({one['rate']:.3%}) "
        f"| {one['disjoint_lower']:.1%} to {one['disjoint_upper']:.1%} |"
        for one in found["levels"]
    ]


def match_rows(report: Report) -> list[str]:
    """How often MATCH among controls led astray, and what it found."""
    return [
        f"| {c['case']} | {c['alike_median']:.0f} | {c['leads']} of {c['suspects']} "
        f"| {c['lower']:.1%} to {c['upper']:.1%} | {c['mean_e']:.2f} |"
        for c in report["cases"]
    ]


TABLES: dict[str, Callable[[Report], list[str]]] = {
    "alarms": alarm_rows,
    "chain": chain_rows,
    "counts": count_rows,
    "power": power_rows,
    "rivals": rival_rows,
    "screening": screening_rows,
    "match": match_rows,
}


def _share(level: Report, arm: Report) -> str:
    return f"{level['alarms']:,} of {arm['pairs']:,}"


def _bound(level: Report, arm: Report) -> str:
    return (
        f"{level['alarms_disjoint']} of {arm['disjoint_pairs']}, at most "
        f"{level['disjoint_upper']:.1%}"
    )


def _family(cell: Report, name: str) -> str:
    value = cell["log10_e_families"].get(name)
    return "–" if value is None else f"{value:.0f}"


def _words(name: str) -> str:
    return WORDS.get(name, name.replace("_", " "))
