"""The ledger: its state, the viewer's entries, and their proofs."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import list_reading_tell
from compliance.api.operations import OperationApi, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape, words
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.readings import Seen
from compliance.ledger.selectors import (
    checkpoint_get,
    checkpoint_note,
    consistency_between,
    entry_list,
    log_state,
    openings_of,
)
from compliance.ledger.services import entry_take


def stamp_path(stamp: Any) -> str | None:
    """Where a time stamp is served."""
    return reverse("log-timestamp", args=[stamp.checkpoint_id]) if stamp else None


class LedgerGetApi(OperationApi):
    """How the log stands."""

    @extend_schema_serializer(component_name="Ledger")
    class Output(OutputShape):
        """Keys, newest checkpoint, who vouches for it, and what witnesses complain of."""

        @extend_schema_serializer(component_name="Witness")
        class Witness(OutputShape):
            name = serializers.CharField()
            url = serializers.CharField()
            size = serializers.IntegerField(help_text="Of the last checkpoint it cosigned.")
            cosigned_at = serializers.DateTimeField(allow_null=True)
            trouble = serializers.CharField(help_text="Why it did not answer last time.")
            refusal = serializers.CharField(
                help_text="That it saw a log which this one does not extend: an alarm."
            )

        origin = serializers.CharField(source="setup.origin")
        verifier_keys = serializers.ListField(
            source="setup.verifier_keys", child=serializers.CharField()
        )
        policy = serializers.CharField(source="setup.policy", help_text="c2sp.org/tlog-policy")
        size = serializers.IntegerField(source="checkpoint.size")
        signed_at = serializers.DateTimeField(source="checkpoint.signed_at")
        checkpoint = serializers.SerializerMethodField(help_text="c2sp.org/tlog-checkpoint")
        quorum = serializers.BooleanField(source="standing.quorum")
        missing = serializers.CharField(
            source="standing.missing", help_text="What the quorum lacks; empty where it is reached."
        )
        witnesses = Witness(many=True)
        halted = serializers.CharField(
            help_text="Why the log's own signer refuses to sign; anything but empty is an alarm."
        )
        timestamp = serializers.SerializerMethodField(
            help_text="Path of the newest time stamp (RFC 3161); null: there is none."
        )

        def get_timestamp(self, state: Any) -> str | None:
            return stamp_path(state.timestamp)

        def get_checkpoint(self, state: Any) -> str:
            return checkpoint_note(checkpoint=state.checkpoint)

    @operation("ledger_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request) -> Response:
        """Get the state of the log."""
        return Response(LedgerGetApi.Output(log_state()).data)


class LedgerConsistencyApi(OperationApi):
    """That a later log extends an earlier one."""

    class Filters(InputShape):
        old = serializers.IntegerField(min_value=1)
        new = serializers.IntegerField(min_value=1, help_text="The size of a signed checkpoint.")

    @extend_schema_serializer(component_name="ConsistencyProof")
    class Output(OutputShape):
        """Hashes (RFC 6962, section 2.1.2) and the checkpoint they lead to."""

        proof = serializers.ListField(child=serializers.CharField(help_text="Hex, 32 bytes."))
        checkpoint = serializers.CharField()

    @operation(
        "ledger_consistency",
        query=Filters,
        returns=Output,
        refuses={HTTPStatus.NOT_FOUND},
    )
    def get(self, request: Request) -> Response:
        """Prove that the log of one size begins with the log of another."""
        wanted = self.query(LedgerConsistencyApi.Filters)
        if wanted["old"] > wanted["new"]:
            raise InvalidInputError(field="old", problem="it is larger than new", fix="Swap them")
        checkpoint = checkpoint_get(size=wanted["new"])
        hashes = consistency_between(old=wanted["old"], new=wanted["new"])
        return Response(
            {
                "proof": [one.hex() for one in hashes],
                "checkpoint": checkpoint_note(checkpoint=checkpoint),
            }
        )


class EntryGetApi(OperationApi):
    """One entry, with what opens it and what proves it."""

    @extend_schema_serializer(component_name="ProvenEntry")
    class Output(OutputShape):
        """An entry of the log."""

        @extend_schema_serializer(component_name="Opening")
        class Opening(OutputShape):
            path = serializers.CharField()
            salt = serializers.SerializerMethodField(help_text="Hex, 32 bytes.")
            value = serializers.JSONField()

            def get_salt(self, opening: Any) -> str:
                return str(opening.salt.hex())

        index = serializers.IntegerField(source="entry.index")
        body = serializers.SerializerMethodField(help_text="The very bytes, which are JSON.")
        leaf_hash = serializers.SerializerMethodField(help_text="Hex, 32 bytes.")
        openings = Opening(many=True, help_text="What was erased has none.")
        proof = serializers.SerializerMethodField(help_text="c2sp.org/tlog-proof")
        timestamp = serializers.SerializerMethodField(
            help_text="Path of the time stamp (RFC 3161) on the proof's checkpoint, or null."
        )

        def get_timestamp(self, found: Any) -> str | None:
            return stamp_path(getattr(found["included"].checkpoint, "timestamp", None))

        def get_body(self, found: Any) -> str:
            return bytes(found["entry"].body).decode()

        def get_leaf_hash(self, found: Any) -> str:
            return bytes(found["entry"].leaf_hash).hex()

        def get_proof(self, found: Any) -> str:
            return str(found["included"].tlog_proof.encode().decode())

    @operation("ledger_entry_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, index: int) -> Response:
        """Get an entry with its proof."""
        viewer = self.viewer
        included = entry_take(viewer=viewer, index=index)
        entry = included.entry
        shown = {"entry": entry, "included": included, "openings": openings_of(entry)}
        return Response(EntryGetApi.Output(shown).data)


class EntryListApi(OperationApi):
    """Entries of what the viewer may read, newest first."""

    class Filters(PageFilters):
        type = serializers.ChoiceField(choices=words(EventType), required=False)
        subject = serializers.CharField(required=False, max_length=200)
        event = serializers.UUIDField(required=False)
        organization = serializers.UUIDField(required=False)

    @extend_schema_serializer(component_name="LedgerEntry")
    class Output(OutputShape):
        """An entry in short."""

        index = serializers.IntegerField()
        event = serializers.UUIDField(source="event_id")
        type = serializers.ChoiceField(source="event.type", choices=words(EventType))
        subject = serializers.CharField(source="event.subject")
        organization = serializers.UUIDField(source="organization_id", allow_null=True)
        number = serializers.IntegerField(help_text="In its organization's own chain.")
        sequenced_at = serializers.DateTimeField()

    @operation("ledger_entry_list", query=Filters, returns=page_of(Output, "LedgerEntryPage"))
    def get(self, request: Request) -> Response:
        """List entries."""
        wanted, viewer = self.query(EntryListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.ENTRIES)
        rows = narrowed(
            entry_list(viewer=viewer),
            event__type=wanted.get("type"),
            event__subject=wanted.get("subject"),
            event=wanted.get("event"),
            organization=wanted.get("organization"),
        )
        return paged(request, rows, row=EntryListApi.Output, order=("-index",))
