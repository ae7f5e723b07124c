"""What an endpoint is asked again and again: openings that leave much open, and one next word."""

from __future__ import annotations

NAME, VERSION = "served-prompts", "1"

PROMPTS: tuple[tuple[str, str], ...] = (
    ("Name a colour and say what it reminds you of.", " blue"),
    ("Write one sentence about a river.", " The"),
    ("What would you pack for a walk in the hills?", " water"),
    ("Give me a word that rhymes with day.", " way"),
    ("Tell me something about the number seven.", " is"),
    ("Describe a market early in the morning.", " people"),
    ("Which animal would make a good neighbour?", " dog"),
    ("Start a story about a lost key.", " Once"),
    ("What is bread made of?", " flour"),
    ("Say hello in your own way.", " Hello"),
    ("Name a city and one thing to see there.", " Paris"),
    ("What do clouds look like today?", " white"),
    ("Finish this: the old clock on the wall", " was"),
    ("Give me advice about learning to swim.", " you"),
    ("List three things found in a kitchen.", " knife"),
    ("Why do people plant trees?", " because"),
    ("Write a short note to a friend.", " Dear"),
    ("What does a violin sound like?", " music"),
    ("Pick a number and double it.", " two"),
    ("Explain what a bridge is for.", " bridge"),
    ("What might a gardener say about rain?", " rain"),
    ("Tell me about a game with a ball.", " game"),
    ("How would you spend a free evening?", " read"),
    ("Describe the smell of the sea.", " salt"),
)
