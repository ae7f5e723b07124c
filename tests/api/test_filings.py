"""Filing through the API: as JSON a text, as a form its files too; and reading them back."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.disputes.models import Dispute, Filing
from compliance.domain.disputes import MAX_FILE_BYTES
from compliance.events.models import Event
from tests.api.conftest import Call, Record
from tests.cast import Cast
from tests.disputing import announce_exact, case_of, rivals_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def dispute(cast: Cast, record: Record) -> Dispute:
    announce_exact()
    return case_of(cast, record.version, rivals_version(cast, record.version.location)).reviewed()


def file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def form(*files: SimpleUploadedFile, **more: str) -> dict[str, object]:
    return {"title": "Log", "text": "Ours.", "confidential": "true", "files": [*files], **more}


def test_files_are_filed_as_a_form_and_given_back_as_bytes(
    cast: Cast, call: Call, dispute: Dispute
) -> None:
    client, at = call(cast.officer), f"/api/v1/disputes/{dispute.id}/filings"
    sent = form(file("log.txt", b"step 1"), file("more.html", b"<b>"))
    answer = client.post(at, sent, format="multipart")
    assert answer.status_code == 200, answer.content
    filed = answer.json()["filings"][-1]
    assert (filed["title"], filed["confidential"]) == ("Log", True)
    assert [(one["number"], one["name"], one["size_bytes"]) for one in filed["files"]] == [
        (1, "log.txt", 6),
        (2, "more.html", 3),
    ]
    read = call(cast.regulator).get(f"{at}/{filed['number']}/files/2")
    assert (read.content, read["Content-Type"]) == (b"<b>", "application/octet-stream")
    assert read["Content-Disposition"].startswith("attachment")
    assert (
        Event.objects.filter(type="evidence.read", payload__what="confidential filing").count() == 1
    )
    assert call(cast.reviewer).get(f"{at}/{filed['number']}/files/2").status_code == 403
    assert client.get(f"{at}/{filed['number']}/files/3").status_code == 404


def test_a_form_without_files_and_json_are_filed_alike(
    cast: Cast, call: Call, dispute: Dispute
) -> None:
    client, at = call(cast.officer), f"/api/v1/disputes/{dispute.id}/filings"
    as_form = client.post(at, {"title": "Reply", "text": "No."}, format="multipart")
    as_json = client.post(at, {"title": "Reply", "text": "No."}, format="json")
    assert (as_form.status_code, as_json.status_code) == (200, 200)
    first, second = Filing.objects.filter(title="Reply").order_by("number")
    assert first.text_sha256 == second.text_sha256
    assert (first.confidential, first.files.count()) == (False, 0)


@pytest.mark.parametrize(
    ("sent", "field", "status"),
    [
        (form(file("big", b"x" * (MAX_FILE_BYTES + 1))), "files", 422),
        (form(*(file(f"{one}", b"x") for one in range(6))), "files", 400),
        (form(file("empty", b"")), "files", 400),
        (form(confidential="perhaps"), "confidential", 400),
        (form(author="me"), "author", 400),
    ],
)
def test_what_cannot_be_filed_is_refused_at_its_field(
    cast: Cast, call: Call, dispute: Dispute, sent: dict[str, object], field: str, status: int
) -> None:
    before = Filing.objects.count()
    answer = call(cast.officer).post(
        f"/api/v1/disputes/{dispute.id}/filings", sent, format="multipart"
    )
    assert answer.status_code == status, answer.content
    assert answer.json()["errors"][0]["field"].partition(".")[0] == field
    assert Filing.objects.count() == before


def test_a_form_that_is_sent_again_is_filed_once_and_another_file_is_another_request(
    cast: Cast, call: Call, dispute: Dispute
) -> None:
    client, at = call(cast.officer), f"/api/v1/disputes/{dispute.id}/filings"
    key = {"headers": {"Idempotency-Key": "file-1"}}
    before = Filing.objects.count()
    first = client.post(at, form(file("a", b"a")), format="multipart", **key)
    again = client.post(at, form(file("a", b"a")), format="multipart", **key)
    other = client.post(at, form(file("a", b"b")), format="multipart", **key)
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 422)
    assert again["Idempotency-Replayed"] == "true"
    assert Filing.objects.count() == before + 1
