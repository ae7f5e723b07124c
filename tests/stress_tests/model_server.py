"""A local model behind an OpenAI-compatible server: ``python -m ... FOLDER [PORT]``.

Prints its port. Chat completions alone, greedy, one at a time, in float32. What a prompt has in
common with the one before is not read again: a judge's rubric is. Made so that a card of the judge
``rubric@1`` can be measured where no other server is at hand.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import torch
from transformers import DynamicCache

from workers.backends.files import model_files
from workers.backends.pretrained import load_pretrained
from workers.scoring.generation import as_chat

FOLDER = Path(sys.argv[1])
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 0
PRETRAINED = load_pretrained(model_files(str(FOLDER)))


class Reader:
    """The model, with what it read last."""

    def __init__(self) -> None:
        self.read: list[int] = []
        self.cache = DynamicCache(config=PRETRAINED.model.config)

    @torch.inference_mode()
    def answer(self, prompt: str, tokens: int) -> str:
        """The likeliest token, one at a time."""
        tokenizer = PRETRAINED.tokenizer
        ids = tokenizer.encode(
            as_chat(PRETRAINED, prompt), add_special_tokens=not tokenizer.chat_template
        )
        shared = alike(self.read, ids[:-1])
        if beyond := self.cache.get_seq_length() - shared:
            self.cache.crop(-beyond)
        written: list[int] = []
        fresh = ids[shared:]
        while len(written) < tokens:
            asked = torch.tensor([fresh])
            logits = PRETRAINED.model(asked, cache=self.cache, logits_to_keep=1).logits
            token = int(logits[0, -1].argmax())
            if token in PRETRAINED.ends:
                break
            written.append(token)
            fresh = [token]
        self.read = ids  # what follows it in the cache is cropped before the next
        return str(tokenizer.decode(written, skip_special_tokens=True)).strip()


def alike(one: list[int], other: list[int]) -> int:
    """How many tokens both begin with."""
    differ = (n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1])
    return next(differ, min(len(one), len(other)))


READER = Reader()


class Served(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        (message,) = asked["messages"]
        said = READER.answer(message["content"], asked["max_tokens"])
        choices = [{"index": 0, "message": {"role": "assistant", "content": said}}]
        content = json.dumps({"model": FOLDER.name, "choices": choices}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", PORT), Served)
    print(server.server_port, flush=True)
    server.serve_forever()
