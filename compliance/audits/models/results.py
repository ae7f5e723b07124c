"""What shards found, item by item and as a whole."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone

from compliance.accounts.models import Organization
from compliance.audits.models.runs import Shard
from compliance.domain.items import (
    CLUSTER_CHARACTERS,
    ID_CHARACTERS,
    PART_CHARACTERS,
    Erasable,
)
from compliance.domain.vocabulary import Kind, Stop, Verdict
from compliance.events.models import Event, append_only
from compliance.registry.models import Version

_LOSES_WORDS_ONLY = """
IF TG_OP = 'UPDATE'
    AND to_jsonb(OLD) - '{payload,answer,detail,salt}'::text[]
        = to_jsonb(NEW) - '{payload,answer,detail,salt}'::text[]
    AND (
        NEW.payload = OLD.payload
        OR NEW.payload = '{}' AND EXISTS (
            SELECT 1 FROM audits_itemerasure WHERE score_id = OLD.id AND what = 'question'
        )
    )
    AND (
        NEW.answer = OLD.answer
            AND NEW.detail = OLD.detail
            AND NEW.salt IS NOT DISTINCT FROM OLD.salt
        OR NEW.answer = ''
            AND NEW.detail = OLD.detail - '{answers,reference_answer}'::text[]
            AND NEW.salt IS NULL
            AND EXISTS (
                SELECT 1 FROM audits_itemerasure WHERE score_id = OLD.id AND what = 'answer'
            )
    )
THEN
    RETURN NEW;
END IF;
RAISE EXCEPTION 'append-only: Cannot update or delete rows from % table', TG_TABLE_NAME;
"""
"""Of a score's detail the keys of ``items.WORDS`` go."""


class Score(models.Model):
    """An item as it was asked, the model's answer, and what the answer was worth.

    The database lets words be erased that an erasure tells of, and refuses every other change. What
    the answer was worth stays, and so does a commitment to the words that nobody can open without
    their salt.
    """

    shard = models.ForeignKey(Shard, on_delete=models.PROTECT, related_name="scores")
    position = models.PositiveIntegerField()
    item_id = models.CharField(max_length=ID_CHARACTERS)
    item_digest = models.CharField(max_length=64, blank=True)
    part = models.CharField(max_length=PART_CHARACTERS)
    cluster = models.CharField(max_length=CLUSTER_CHARACTERS)
    payload = models.JSONField()
    value = models.FloatField()
    label = models.CharField(max_length=50)
    answer = models.TextField(blank=True)
    detail = models.JSONField()
    salt = models.BinaryField(
        null=True, help_text="Of the commitment to its words; empty: erased, or never made."
    )
    # Processes of an older release write scores without it.
    answer_commitment = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="To its words, salted."
    )

    class Meta:
        ordering = ("shard", "position")
        constraints = [
            models.UniqueConstraint(fields=["shard", "item_id"], name="score_once_per_item")
        ]
        triggers = [
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=_LOSES_WORDS_ONLY,
            )
        ]

    def __str__(self) -> str:
        return self.item_id


class ItemErasure(models.Model):
    """That the question or the answer of an item was erased, and the event that says why."""

    score = models.ForeignKey(Score, on_delete=models.PROTECT, related_name="erasures")
    what = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Erasable])
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("score", "what")
        constraints = [
            models.UniqueConstraint(fields=["score", "what"], name="item_erased_once"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.what} of {self.score}"


class Result(models.Model):
    """What a completed shard found: everything needed to recompute it from its scores."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shard = models.OneToOneField(Shard, on_delete=models.PROTECT, related_name="result")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="results")
    test_name = models.CharField(max_length=100)
    test_version = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    verdict = models.CharField(
        max_length=20,
        choices=[(verdict.value, verdict.value) for verdict in Verdict],
        db_index=True,
    )
    value = models.FloatField()
    lower = models.FloatField()
    upper = models.FloatField()
    limit = models.FloatField()
    limit_source = models.TextField()
    alpha = models.FloatField()
    n = models.PositiveIntegerField()
    planned = models.PositiveIntegerField()
    stopped = models.CharField(
        max_length=10,
        blank=True,
        choices=[(stop.value, stop.value) for stop in Stop],
        help_text="Why no further item was asked.",
    )
    log10_e_violating = models.FloatField()
    log10_e_compliant = models.FloatField()
    estimate = models.JSONField()
    seed = models.BigIntegerField()
    spec = models.JSONField()
    spec_digest = models.CharField(max_length=64)
    code_digest = models.CharField(max_length=64)
    order_digest = models.CharField(max_length=64)
    unasked_digest = models.CharField(
        max_length=64,
        blank=True,
        default="",
        help_text="Commits to the planned items that were not asked; empty before it was kept.",
    )
    scores_digest = models.CharField(max_length=64)
    # Processes of an older release write results without it.
    answers_digest = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="Of the commitments to answers; empty while scores held the words.",
    )
    environment = models.JSONField()
    duration_seconds = models.FloatField()
    recorded_at = models.DateTimeField(default=timezone.now, db_index=True)
    statement_sha256 = models.CharField(
        max_length=64,
        blank=True,
        default="",
        help_text="Names its statement, which is evidence; empty before statements were kept.",
    )

    class Meta:
        ordering = ("-recorded_at",)
        indexes = [
            models.Index(fields=["version", "test_name", "-recorded_at"]),
            models.Index(fields=["version", "spec_digest", "-recorded_at"], name="result_stream"),
            models.Index(
                fields=["-recorded_at"], condition=Q(estimate__lead=True), name="result_lead"
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.test_name} on {self.version}"


class Standing(models.Model):
    """The newest result of a stress test on a version, so that lists need not seek it in all.

    It changes in the transaction that records a result; what it says can be made from results.
    """

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="standings")
    test_name = models.CharField(max_length=100)
    result = models.OneToOneField(Result, on_delete=models.PROTECT, related_name="standing")
    verdict = models.CharField(max_length=20, db_index=True, help_text="Of the result.")

    class Meta:
        ordering = ("version", "test_name")
        constraints = [
            models.UniqueConstraint(fields=["version", "test_name"], name="standing_once")
        ]

    def __str__(self) -> str:
        return f"newest {self.test_name} on {self.version}"


class VerdictChange(models.Model):
    """That a result's verdict is another than that of the one before it, or that it is the first.

    Changes are rare among results, and what changed lately is read on the first page. It is written
    in the transaction that records the result; what it says can be made from results.
    """

    result = models.OneToOneField(
        Result, on_delete=models.PROTECT, primary_key=True, related_name="change"
    )
    before = models.CharField(
        max_length=20, blank=True, help_text="The earlier verdict; empty: it is the first."
    )
    at = models.DateTimeField(db_index=True, help_text="When the result was recorded.")

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.before or 'nothing'}, then {self.result}"


class StreamRow(models.Model):
    """One claim on one version, numbered in its organization when its items were committed to.

    The number is its place in the error budget (docs/adr/0010, 0034) and never changes.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="streams")
    number = models.PositiveIntegerField(help_text="From 1.")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="streams")
    spec_digest = models.CharField(max_length=64)
    by_people = models.BooleanField(help_text="Judged by people's labels.")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ("organization", "number")
        verbose_name = "stream"
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="stream_number_once"),
            models.UniqueConstraint(
                fields=["version", "spec_digest", "by_people"], name="stream_once"
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"stream {self.number} of {self.organization}"


class StreamNewest(models.Model):
    """What a stream says now: its newest result, so that a budget need not seek it in all results.

    The only part of a stream that changes, in the transaction that records the result; what it said
    first stays.
    """

    stream = models.OneToOneField(
        StreamRow, on_delete=models.PROTECT, primary_key=True, related_name="head"
    )
    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="+")
    log10_e_violating = models.FloatField(
        help_text="Of the result, as much of it as the error budget counts."
    )
    first_log10_e_violating = models.FloatField(
        help_text="The same of the stream's first result, on which e-LOND decides once."
    )

    class Meta:
        verbose_name = "newest result of a stream"
        verbose_name_plural = "newest results of streams"

    def __str__(self) -> str:
        return f"newest of {self.stream}"
