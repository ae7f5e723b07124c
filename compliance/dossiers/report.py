"""A model's report of a month or quarter as PDF, set by Typst from the figures of its dossier.

Charts come from the specifications that the page draws; only palette and font differ. The same
record gives the same bytes: nothing in the file tells of the machine or the moment it was set at.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
import vl_convert

from compliance.domain.errors import NotFoundError
from compliance.domain.figures import e_claim, figure, interval
from compliance.domain.kinship import Kinship
from compliance.domain.vocabulary import Verdict
from compliance.dossiers.chart_specs import PRINT, history_spec
from compliance.dossiers.charts import VEGA_LITE_VERSION
from compliance.dossiers.dossier import SITTERS_ALONE, Dossier, Period
from compliance.dossiers.history import Series
from compliance.dossiers.lineage_chart import SIGNS, laid_out, lineage_spec

if TYPE_CHECKING:
    from compliance.audits.models import Result
    from compliance.disputes.models import Dispute

TEMPLATE = Path(__file__).with_name("report.typ")
FONT = "Libertinus Serif"  # Typst brings it, so that no machine's own fonts enter
VERDICT_SIGNS = {Verdict.COMPLIANT: "●", Verdict.VIOLATING: "▲", Verdict.INCONCLUSIVE: "■"}
_NAMED = re.compile(r"(\d{4})-(?:Q([1-4])|(\d{2}))")
_NOT_YET = "not yet"


def period_named(name: str) -> Period:
    """The month or quarter that a name means, e.g. ``2026-11`` or ``2026-Q4``, in UTC.

    Raises:
        NotFoundError: it names none.
    """
    found = _NAMED.fullmatch(name)
    year = int(found[1]) if found else 0
    if found and found[2]:
        first, months = 3 * int(found[2]) - 2, 3
    else:
        first, months = (int(found[3]) if found else 0), 1
    if not (1 <= first <= 12 and 1 <= year < 9999):
        raise NotFoundError(f"'{name}' is no month like 2026-11 and no quarter like 2026-Q4")
    after = first + months
    end = datetime(year + after // 13, (after - 1) % 12 + 1, 1, tzinfo=UTC)
    return Period(datetime(year, first, 1, tzinfo=UTC), end)


def report_pdf(dossier: Dossier, *, period: str) -> bytes:
    """The report as PDF.

    Args:
        dossier: of that period.
    """
    told = json.dumps(_told(dossier, period), ensure_ascii=False, sort_keys=True)
    newest = dossier.results[0].recorded_at if dossier.results else period_named(period).start
    return typst.compile(
        TEMPLATE.read_bytes(),
        sys_inputs={"data": told},
        ignore_system_fonts=True,
        timestamp=int(newest.timestamp()),
        format="pdf",
    )


def _told(dossier: Dossier, period: str) -> dict[str, Any]:
    family = dossier.family
    drawn = bool(laid_out(family))
    spec = lineage_spec(family, palette=PRINT) if drawn else {}
    return {
        "title": f"Compliance report of {dossier.model}, {period}",
        "provider": str(dossier.model.organization),
        "period": period,
        "basis": f"{dossier.more} earlier results are left out." if dossier.more else "",
        "signs": {verdict.value: sign for verdict, sign in VERDICT_SIGNS.items()},
        "verdicts": [_verdict(dossier, one) for one in dossier.newest],
        "charts": [_chart(dossier, one) for one in dossier.series],
        "lineage": _svg(spec) if drawn else "",
        "lineage_width": spec.get("width", 0),
        "kinships": [_kinship(dossier, one) for one in family.kinships],
        **_declared(dossier),
        **_answered(dossier),
        **_demanded(dossier),
        "disputes": [_dispute(dossier, one) for one in dossier.disputes],
        "sitters_alone": SITTERS_ALONE,
    }


def _verdict(dossier: Dossier, result: Result) -> dict[str, str]:
    people = ", by people's labels" if result.shard.labelled_id else ""
    return {
        "test": dossier.titles.get(result.test_name, result.test_name) + people,
        "version": result.version.name,
        "verdict": result.verdict,
        "estimate": f"{figure(result.value)} ({interval(result.lower, result.upper)})",
        "limit": figure(result.limit),
        "at": _day(result.recorded_at),
        "index": _index(dossier, f"result/{result.id}"),
    }


def _chart(dossier: Dossier, series: Series) -> dict[str, str]:
    indexes = [_index(dossier, f"result/{one.id}") for one in series.results]
    newest = series.newest
    return {
        "title": series.title,
        "statistic": series.statistic,
        "svg": _svg(history_spec(series.points, palette=PRINT)),
        "told": f"History of {series.title}: {len(series.results)} results, "
        f"newest {newest.verdict}, {figure(newest.value)}",
        "indexes": ", ".join(one for one in indexes if one != _NOT_YET) or _NOT_YET,
    }


def _kinship(dossier: Dossier, one: Kinship) -> dict[str, str]:
    tested = one.tested
    evidence = e_claim(tested.log10_e) if tested and tested.log10_e is not None else "–"
    if tested and tested.merged:
        evidence += f"; {e_claim(tested.merged.log10_e)} {tested.merged.said}"
    return {
        "child": one.child,
        "other": one.other,
        "declared": one.relation.value.replace("_", " ") if one.relation else "not declared",
        "finding": one.finding.value.replace("_", " "),
        "evidence": evidence,
        "together": f"{SIGNS[one.agreement]} {one.agreement.value}",
        "index": _index(dossier, f"result/{tested.result}") if tested else "–",
    }


def _declared(dossier: Dossier) -> dict[str, list[dict[str, str]]]:
    versions = [
        {
            "name": one.name,
            "at": _day(one.registered_at),
            "access": one.access,
            "digest": one.weights_digest or "the weights are not here",
            "index": _index(dossier, f"version/{one.id}"),
        }
        for one in dossier.versions
    ]
    sources = [
        {
            "version": version.name,
            "kind": source.kind.replace("_", " "),
            "name": source.name,
            "licence": source.licence or "–",
            "declared": f"{source.declared_at:%Y-%m-%d}"
            if source.declared_at
            else "with the version",
        }
        for version in dossier.versions
        for source in version.sources.all()
    ]
    return {"versions": versions, "sources": sources}


def _answered(dossier: Dossier) -> dict[str, list[dict[str, str]]]:
    alerts = [
        {
            "title": one.title,
            "severity": one.severity,
            "state": one.state,
            "at": _day(one.opened_at),
            "index": _index(dossier, f"alert/{one.id}"),
        }
        for one in dossier.alerts
    ]
    questions = [
        {
            "asker": str(one.organization),
            "text": one.text,
            "answer": one.answer.text if hasattr(one, "answer") else "none yet",
            "due": _day(one.due_at),
            "index": _index(dossier, f"question/{one.id}"),
        }
        for one in dossier.questions
    ]
    return {"alerts": alerts, "questions": questions}


def _demanded(dossier: Dossier) -> dict[str, Any]:
    obligations = [
        {
            "demand": one.demand.title,
            "pack": str(one.obligation.adoption.pack),
            "version": one.obligation.version.name,
            "state": one.state.value.replace("_", " "),
            "answer": _answer(one.result) if one.result else one.reason or "nothing",
            "due": _day(one.stand.due_at),
            "index": _index(dossier, f"result/{one.result.id}") if one.result else "–",
        }
        for one in dossier.obligations
    ]
    return {"obligations": obligations, "unsaid": dossier.unsaid}


def _answer(result: Result) -> str:
    estimate = f"{figure(result.value)} ({interval(result.lower, result.upper)})"
    return f"{result.verdict}: {estimate}, limit {figure(result.limit)}"


def _dispute(dossier: Dossier, one: Dispute) -> dict[str, str]:
    ruling = getattr(one, "ruling", None)
    return {
        "parties": f"{one.claimant} against {one.respondent}, before {one.court}",
        "versions": f"{one.claimant_version} and {one.respondent_version}",
        "state": one.state.replace("_", " "),
        "ruling": ruling.outcome.replace("_", " ") if ruling else "none yet",
        "at": _day(one.opened_at),
        "index": _index(dossier, f"dispute/{one.id}"),
        "ruling_index": _index(dossier, f"ruling/{one.id}") if ruling else "–",
    }


def _index(dossier: Dossier, key: str) -> str:
    entry = dossier.entries.get(key)
    return str(entry.index) if entry else _NOT_YET


def _svg(spec: dict[str, Any]) -> str:
    config = {**spec["config"], "font": FONT}
    return str(vl_convert.vegalite_to_svg({**spec, "config": config}, vl_version=VEGA_LITE_VERSION))


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
