"""Reports: one model's month or quarter as PDF."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.api.operations import Download, OperationApi, operation
from compliance.api.v1.results import BundleRenderer
from compliance.audits.services import dossier_take
from compliance.dossiers.dossier import dossier_of
from compliance.dossiers.report import period_named, report_pdf
from compliance.registry.selectors import model_get


class ReportRenderer(BundleRenderer):
    """A report as it is; a refusal as JSON, whatever was asked for."""

    media_type = "application/pdf"
    format = "pdf"


class ReportGetApi(OperationApi):
    """The dossier of a month like 2026-11 or a quarter like 2026-Q4, in UTC."""

    costly = True
    renderer_classes = (ReportRenderer,)

    @operation(
        "report_get",
        returns=Download(ReportRenderer.media_type),
        refuses={HTTPStatus.NOT_FOUND},
    )
    def get(self, request: Request, model_id: UUID, period: str) -> Response:
        """Get a model's report of a month like 2026-11 or a quarter like 2026-Q4 as PDF."""
        viewer = self.viewer
        model = model_get(viewer=viewer, model_id=model_id)
        cut = period_named(period)
        dossier = dossier_of(viewer=viewer, model=model, now=timezone.now(), period=cut)
        dossier_take(viewer=viewer, model=model)
        name = f'attachment; filename="{model.slug}-{period}.pdf"'
        content = report_pdf(dossier, period=period)
        return Response(content, headers={"Content-Disposition": name})
