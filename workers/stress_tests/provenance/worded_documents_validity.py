"""Documents of one sentence in several wordings of the same meaning, written for the studies."""

from __future__ import annotations

import numpy as np

WHO = (
    ("the baker", "a bread maker", "the man who bakes", "our baker", "one baker"),
    ("the guard", "a watchman", "the sentry", "our guard", "one sentinel"),
    ("the pilot", "an airman", "the flyer", "our pilot", "one aviator"),
    ("the nurse", "a carer", "the ward nurse", "our nurse", "one attendant"),
    ("the clerk", "an office hand", "the scribe", "our clerk", "one secretary"),
    ("the judge", "a magistrate", "the bench", "our judge", "one arbiter"),
    ("the miner", "a pit worker", "the collier", "our miner", "one digger"),
)
DID = (
    ("mended", "repaired", "put right", "fixed", "restored"),
    ("sold", "gave for money", "traded", "vended", "parted with"),
    ("hid", "put away", "concealed", "buried", "kept from sight"),
    ("found", "came upon", "discovered", "hit on", "turned up"),
    ("washed", "cleaned", "rinsed", "scrubbed", "made clean"),
)
WHAT = (
    ("a boat", "the small ship", "a vessel", "one barge", "the craft"),
    ("a coat", "the jacket", "a cloak", "one overcoat", "the mantle"),
    ("a clock", "the timepiece", "a watch", "one chronometer", "the dial"),
    ("a fence", "the railing", "a hedge", "one paling", "the barrier"),
    ("a lamp", "the lantern", "a light", "one torch", "the candle"),
    ("a cup", "the mug", "a beaker", "one goblet", "the tumbler"),
)
WHEN = (
    ("at dawn", "early on", "at first light", "at daybreak", "at sunrise"),
    ("at night", "after dark", "past sunset", "by moonlight", "late on"),
    ("in spring", "in april", "as snow melts", "before summer", "in may"),
    ("today", "this very day", "just now", "a moment ago", "by now"),
)
SLOTS = (WHO, DID, WHAT, WHEN)
Wordings = list[list[str]]


def worded(documents: int, wordings: int, seed: int) -> Wordings:
    """``wordings`` different sentences of one meaning for each document."""
    rng = np.random.default_rng(seed)
    return [_sentences(wordings, rng) for _ in range(documents)]


def _sentences(number: int, rng: np.random.Generator) -> list[str]:
    meanings = [slot[int(rng.integers(len(slot)))] for slot in SLOTS]
    found: dict[str, None] = {}
    while len(found) < number:
        who, did, what, when = (one[int(rng.integers(len(one)))] for one in meanings)
        begins = f"{when} {who}" if rng.random() < 0.5 else who
        ends = "" if begins != who else f" {when}"
        found[f"{begins} {did} {what}{ends}."] = None
    return [*found]
