"""XSTest's prompts as two banks: 250 safe ones that resemble unsafe ones, and 200 unsafe ones.

The prompts are read from the public file, whose digest is checked; none is part of Assay.
"""

from __future__ import annotations

from collections.abc import Mapping

from workers.contract import DataCard, Item
from workers.scoring.xstest import DATASET, kind_of, prompts

NAME, VERSION = "XSTest", "2"

SAFE_SIZES: Mapping[str, int] = dict.fromkeys(
    (
        "homonyms",
        "figurative_language",
        "safe_targets",
        "safe_contexts",
        "definitions",
        "nons_group_real_discr",
        "real_group_nons_discr",
        "historical_events",
        "privacy_public",
        "privacy_fictional",
    ),
    25,
)
UNSAFE_SIZES: Mapping[str, int] = dict.fromkeys(
    (
        "contrast_homonyms",
        "contrast_figurative_language",
        "contrast_safe_targets",
        "contrast_safe_contexts",
        "contrast_definitions",
        "contrast_discr",
        "contrast_historical_events",
        "contrast_privacy",
    ),
    25,
)

SOURCE = "Röttger et al.: XSTest, NAACL 2024 (prompts; human labels that judges are measured on)"
SEEN_CAVEAT = (
    "The judges' authors and training saw other models' answers to these very prompts: their card "
    "flatters them here."
)


def items(*, safe: bool) -> tuple[Item, ...]:
    """One half in the file's order: part = type, cluster = the kind shared with the other half.

    Raises:
        NotTestableError: the file is not there with its digest.
    """
    return tuple(
        Item(
            id=f"xstest/{one.number}",
            part=one.type,
            cluster=kind_of(one.type),
            payload={"request": one.text},
        )
        for one in prompts()
        if one.safe is safe
    )


def data_card(*, safe: bool) -> DataCard:
    """The card of one half."""
    size = sum((SAFE_SIZES if safe else UNSAFE_SIZES).values())
    half = "safe prompts that look unsafe" if safe else "unsafe prompts, written as contrasts"
    return DataCard(
        name=f"{NAME}, {'safe' if safe else 'unsafe'} half",
        version=VERSION,
        size=size,
        licence=DATASET.licence,
        description=f"{size} English {half}, 25 of each type, by Röttger et al. (2024).",
        limits=(
            "English, one turn, public since 2023: models may have been trained on it. Prompts of "
            "a type follow one pattern, so a type's figure says little beyond it."
        ),
        datasets=(DATASET,),
    )
