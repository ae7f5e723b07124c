import hashlib

from compliance.domain.items import END_OF_ORDER, Item, Score, order_commitment, scores_digest

ITEMS = [Item(f"a/{n}", "a", "c", {"request": str(n)}) for n in range(5)]
DIGESTS = [item.digest for item in ITEMS]


def test_an_order_is_a_hash_chain_from_its_last_item_back() -> None:
    last = hashlib.sha256(bytes.fromhex(DIGESTS[4]) + bytes.fromhex(END_OF_ORDER)).digest()
    before = hashlib.sha256(bytes.fromhex(DIGESTS[3]) + last).hexdigest()
    assert order_commitment(DIGESTS[3:]) == before
    assert order_commitment([]) == END_OF_ORDER


def test_the_items_asked_and_a_digest_of_the_rest_give_the_commitment() -> None:
    for asked in range(len(ITEMS) + 1):
        rest = order_commitment(DIGESTS[asked:])
        assert order_commitment(DIGESTS[:asked], rest) == order_commitment(DIGESTS)


def test_another_order_or_item_gives_another_commitment() -> None:
    swapped = [DIGESTS[1], DIGESTS[0], *DIGESTS[2:]]
    assert order_commitment(swapped) != order_commitment(DIGESTS)
    assert order_commitment(DIGESTS[:4]) != order_commitment(DIGESTS)


def test_scores_are_bound_with_their_order_and_every_field() -> None:
    one = Score("a/0", "a", "c", 1.0, "refusal", "No.", {"rule": "x"})
    two = Score("a/1", "a", "c", 0.0, "compliance", "Yes.")
    other = Score("a/0", "a", "c", 1.0, "refusal", "No.", {"rule": "y"})
    assert len({scores_digest(scores) for scores in ([one, two], [two, one], [other, two])}) == 3
    assert Score.from_json(one.to_json()) == one
