"""An OpenAI-compatible server whose model is a table: letters drawn alike at every place.

It is a real server and a real language model, of one parameter vector a seed, so that hundreds of
answers take no time. ``server.model`` may be swapped while it serves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

LETTERS = "abcdefghij"


@dataclass(frozen=True)
class LetterModel:
    """Letters with chances of its own after each prompt; other characters are as rare as one."""

    seed: int

    def chances(self, prompt: str) -> np.ndarray:
        rng = np.random.default_rng([self.seed, len(prompt), *prompt.encode()[:8]])
        return rng.dirichlet(np.full(len(LETTERS), 0.3))

    def answer(self, prompt: str, length: int, temperature: float) -> str:
        chances = self.chances(prompt)
        if not temperature:
            return LETTERS[int(chances.argmax())] * length
        return "".join(np.random.default_rng().choice([*LETTERS], length, p=chances))

    def log_probabilities(self, text: str) -> list[float | None]:
        rng = np.random.default_rng(self.seed)
        table = np.log(rng.dirichlet(np.ones(256)))
        return [None, *(float(table[ord(one) % 256]) for one in text[1:])]


class LetterEndpoint(ThreadingHTTPServer):
    """Serves a model at ``/v1``; at ``/mute`` without log-probabilities."""

    daemon_threads = True

    def __init__(self, model: LetterModel) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.model = model

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: LetterEndpoint

    def do_GET(self) -> None:
        self.reply(200, {"data": [{"id": "letters"}]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/chat/completions"):
            self.reply(200, self.chat(asked))
        elif self.path.startswith("/mute"):
            self.reply(404, {"error": "no such path"})
        else:
            self.reply(200, self.echoed(asked["prompt"]))

    def chat(self, asked: dict[str, Any]) -> dict[str, Any]:
        prompt = asked["messages"][-1]["content"]
        answer = self.server.model.answer(prompt, asked["max_tokens"], asked["temperature"])
        return {"choices": [{"message": {"role": "assistant", "content": answer}}]}

    def echoed(self, text: str) -> dict[str, Any]:
        """Every character is a token."""
        found = {
            "token_logprobs": self.server.model.log_probabilities(text),
            "text_offset": list(range(len(text))),
        }
        return {"choices": [{"text": text, "logprobs": found}]}

    def reply(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass
