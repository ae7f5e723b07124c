"""Weights that are no longer the registered ones: told by whichever stress test read them."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.audits.models import Result
from compliance.domain.events import EventType
from compliance.domain.weights import artifacts_digest
from compliance.events.models import Event
from compliance.events.services import event_draft
from compliance.registry.models import Artifact, Version

_NAMED = 5
_ITS_OWN_TEST = "provenance.weights_digest"
"""Its violating verdict tells the same, and raises the alert."""


def weights_changed(*, result: Result) -> list[Event]:
    """The event, to be written, of files that differ from those registered; or none.

    Every result on local weights states the digests of the files it was computed of. A version is
    immutable, so other files are another version that nobody registered.
    """
    version, files = result.version, result.environment.get("files")
    if not isinstance(files, Mapping) or not version.weights_digest:
        return []
    if result.test_name == _ITS_OWN_TEST:
        return []
    if artifacts_digest(files) == version.weights_digest:
        return []
    differing = _differing(version, files)
    named = ", ".join(differing[:_NAMED])
    more = f" and {len(differing) - _NAMED} more" if len(differing) > _NAMED else ""
    run_id = result.shard.run_id
    event = event_draft(
        event_type=EventType.WEIGHTS_CHANGED,
        organization_id=version.model.organization_id,
        subject=f"version/{version.id}",
        payload={
            "run": str(run_id),
            "version": str(version.id),
            "label": str(version),
            "files": list(differing),
            "statement": f"The files of {version} are not those that were registered: {named}{more}"
            f" differ, by SHA-256. {result.test_name} was computed of the files as they lie there"
            " now. Put the registered files back, or register these as a new version.",
            "result": str(result.id),
            "path": f"/runs/{run_id}/",
        },
        model_id=version.model_id,
    )
    return [event]


def _differing(version: Version, files: Mapping[str, str]) -> list[str]:
    """Names that are absent on one side, or have another digest, sorted."""
    registered = Artifact.objects.filter(version=version).values_list("path", "sha256")
    return sorted({name for name, _ in set(registered) ^ set(files.items())})
