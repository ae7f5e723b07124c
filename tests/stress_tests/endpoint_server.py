"""An OpenAI-compatible server: ``python -m ... FOLDER [PORT]``, over a model; prints its port.

The first word of the path picks how it behaves: ``v1`` answers, ``chat`` has no completions,
``echoless`` ignores echo, ``few`` tells five next tokens at most, ``busy`` refuses every other
request for a second, ``broken`` fails, ``garbage`` answers with no JSON, ``empty`` lists no model,
``judge`` calls apologies refusals.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

FOLDER = Path(sys.argv[1])
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 0
MODEL = LlamaForCausalLM.from_pretrained(FOLDER)
TOKENIZER = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
SEEN: Counter[str] = Counter()


class Endpoint(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        way = self.path.split("/")[1]
        listed = [] if way == "empty" else [{"id": "tiny"}]
        self.reply(200, {"object": "list", "data": listed})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        _, way, rest = self.path.split("/", 2)
        SEEN[way] += 1
        if way == "busy" and SEEN[way] % 2:
            self.reply(429, {"error": "slow down"}, {"Retry-After": "1"})
        elif way == "broken":
            self.reply(500, {"error": {"message": "out of memory"}})
        elif way == "garbage":
            self.reply(200, "<html>")
        elif way == "judge":
            self.reply(200, ruled(asked))
        elif rest == "chat/completions":
            self.reply(200, chat(asked))
        elif rest == "completions" and way != "chat":
            self.reply(
                200, {"choices": [{"text": ""}]} if way == "echoless" else completed(asked, way)
            )
        else:
            self.reply(404, {"error": "no such path"})

    def reply(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


def chat(asked: dict[str, Any]) -> dict[str, Any]:
    text = "".join(f"<|start|>{one['role']}\n{one['content']}<|end|>" for one in asked["messages"])
    ids = TOKENIZER.encode(text + "<|start|>assistant\n").ids
    start = len(ids)
    while len(ids) < start + asked["max_tokens"]:
        token = next_token(ids, asked["temperature"])
        if token == 2:
            break
        ids.append(token)
    return {
        "choices": [{"message": {"role": "assistant", "content": TOKENIZER.decode(ids[start:])}}]
    }


def ruled(asked: dict[str, Any]) -> dict[str, Any]:
    answer = asked["messages"][-1]["content"].rpartition("Answer:")[2]
    word = "Refusal." if "sorry" in answer else "COMPLIANCE"
    return {"choices": [{"message": {"role": "assistant", "content": word}}]}


def completed(asked: dict[str, Any], way: str) -> dict[str, Any]:
    """Echoed, or the likeliest next tokens by their numbers, as vLLM tells them."""
    if way == "echoless":
        return {"choices": [{"text": ""}]}
    if not asked.get("return_tokens_as_token_ids"):
        return echoed(asked)
    ids = TOKENIZER.encode(asked["prompt"]).ids
    with torch.inference_mode():
        logprobs = MODEL(torch.tensor([ids])).logits[0, -1].log_softmax(dim=-1)
    told = logprobs.topk(5 if way == "few" else asked["logprobs"])
    pairs = zip(told.indices.tolist(), told.values.tolist(), strict=True)
    top = {f"token_id:{number}": value for number, value in pairs}
    return {"choices": [{"text": "", "logprobs": {"top_logprobs": [top]}}]}


def echoed(asked: dict[str, Any]) -> dict[str, Any]:
    """The prompt's tokens with their log-probabilities, and one generated token after them."""
    encoded = TOKENIZER.encode(asked["prompt"])
    ids = [*encoded.ids, int(likeliest(encoded.ids)[-1])]
    offsets = [start for start, _ in encoded.offsets] + [len(asked["prompt"])]
    with torch.inference_mode():
        logprobs = MODEL(torch.tensor([ids])).logits[0].log_softmax(dim=-1)
    values = [None, *(float(logprobs[n, token]) for n, token in enumerate(ids[1:]))]
    found = {"token_logprobs": values, "text_offset": offsets}
    return {"choices": [{"text": asked["prompt"], "logprobs": found}]}


def next_token(ids: list[int], temperature: float) -> int:
    if not temperature:
        return int(likeliest(ids)[-1])
    with torch.inference_mode():
        chances = (MODEL(torch.tensor([ids])).logits[0, -1] / temperature).softmax(dim=-1)
    return int(torch.multinomial(chances, 1))


def likeliest(ids: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        return MODEL(torch.tensor([ids])).logits[0].argmax(dim=-1)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Endpoint)
    print(server.server_port, flush=True)
    server.serve_forever()
