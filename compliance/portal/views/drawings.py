"""Charts as files: a Vega-Lite specification, or drawn as SVG for print.

The page that lets one explore a chart asks for the same specification in the page's colours.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import vl_convert
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from compliance.accounts.rate_limits import costly
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import model_reading_tell
from compliance.audits.selectors import result_get
from compliance.domain.errors import NotFoundError
from compliance.domain.readings import Seen
from compliance.domain.verdicts import Estimate
from compliance.dossiers.chart_specs import PAGE, PRINT, Palette, history_spec, parts_spec
from compliance.dossiers.charts import VEGA_LITE_VERSION, parts_charted
from compliance.dossiers.history import history_series
from compliance.portal.viewing import for_viewer
from compliance.portal.views.ledger import download
from compliance.registry.selectors import model_get


@costly
@require_safe
@for_viewer
def history(
    request: HttpRequest, viewer: Viewer, model_id: UUID, name: str, form: str
) -> HttpResponse:
    """A history's chart; of people's labels where that is asked for."""
    model = model_get(viewer=viewer, model_id=model_id)
    series = history_series(viewer=viewer, model=model, name=name)
    by_people = request.GET.get("by") == "people"
    shown = next((one for one in series if one.by_people is by_people), series[0])
    spec = history_spec(shown.points, palette=_palette(request))
    subject = f"model/{model.id}"
    model_reading_tell(viewer=viewer, what=Seen.RESULTS, model=model, subject=subject)
    return _drawn(spec, f"{model.slug}-{name}", form)


@costly
@require_safe
@for_viewer
def parts(request: HttpRequest, viewer: Viewer, result_id: UUID, form: str) -> HttpResponse:
    """The parts of a result against its limit."""
    result = result_get(viewer=viewer, result_id=result_id)
    estimate = Estimate.from_json(result.estimate)
    drawn = parts_charted(estimate)
    if not drawn:
        raise NotFoundError("this result has no parts that are drawn")
    spec = parts_spec(drawn, limit=estimate.claim.limit, palette=_palette(request))
    model, subject = result.version.model, f"result/{result.id}"
    model_reading_tell(viewer=viewer, what=Seen.RESULT, model=model, subject=subject)
    return _drawn(spec, f"{model.slug}-{result.test_name}-parts", form)


def _palette(request: HttpRequest) -> Palette:
    return PAGE if request.GET.get("for") == "page" else PRINT


def _drawn(spec: dict[str, Any], file: str, form: str) -> HttpResponse:
    if form == "vl.json":
        return download(json.dumps(spec, indent=1).encode(), f"{file}.vl.json", "application/json")
    if form == "svg":
        drawn = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE_VERSION)
        return download(drawn.encode(), f"{file}.svg", "image/svg+xml")
    raise NotFoundError("a chart is drawn as svg, and specified as vl.json")
