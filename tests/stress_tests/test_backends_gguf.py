"""GGUF files: one written here from the tiny model, opened like any other model."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import gguf
import numpy as np
import pytest
from safetensors.numpy import load_file

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import Subject
from tests.stress_tests.held import held
from workers.backends.files import model_files
from workers.backends.loading import open_backend
from workers.backends.transformers_local import parameters_of
from workers.stress_tests.provenance.unit_families import (
    IN_WEIGHTS,
    Family,
    compare,
    families,
    log10_e_family,
)

NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
    "input_layernorm.weight": "attn_norm.weight",
    "self_attn.q_proj.weight": "attn_q.weight",
    "self_attn.k_proj.weight": "attn_k.weight",
    "self_attn.v_proj.weight": "attn_v.weight",
    "self_attn.o_proj.weight": "attn_output.weight",
    "post_attention_layernorm.weight": "ffn_norm.weight",
    "mlp.gate_proj.weight": "ffn_gate.weight",
    "mlp.up_proj.weight": "ffn_up.weight",
    "mlp.down_proj.weight": "ffn_down.weight",
}
HEADS = {"self_attn.q_proj.weight": 4, "self_attn.k_proj.weight": 2}


@pytest.fixture(scope="module")
def file(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(2)
    writer.add_context_length(128)
    writer.add_embedding_length(32)
    writer.add_feed_forward_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(400)
    write_vocabulary(writer, tiny)
    for name, tensor in load_file(tiny / "model.safetensors").items():
        writer.add_tensor(*as_gguf(name, tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_vocabulary(writer: gguf.GGUFWriter, folder: Path) -> None:
    model = json.loads((folder / "tokenizer.json").read_text())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_types([control if n < 3 else normal for n in range(len(tokens))])
    writer.add_token_merges([" ".join(pair) for pair in model["merges"]])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)


def as_gguf(name: str, tensor: np.ndarray) -> tuple[str, np.ndarray]:
    """GGUF's name, and its order of rotary rows (two interleaved halves a head)."""
    short = name.partition("model.layers.")[2]
    layer, _, rest = short.partition(".")
    if rest in HEADS:
        rows = tensor.reshape(HEADS[rest], 2, -1, tensor.shape[1])
        tensor = np.ascontiguousarray(rows.swapaxes(1, 2)).reshape(tensor.shape)
    return (f"blk.{layer}.{NAMES[rest]}" if short else NAMES[name]), tensor


def test_it_answers_like_the_weights_it_was_written_from(tiny: Path, file: Path) -> None:
    requests = [("The capital of France is", " Paris"), ("people who are old", " are kind")]
    found = open_backend(Subject("gguf", str(file))).loglikelihood(requests)
    same = open_backend(Subject("tiny", str(tiny))).loglikelihood(requests)
    assert found == pytest.approx(same, abs=1e-4)


def test_its_tensors_are_read_dequantised_and_counted(tiny: Path, file: Path) -> None:
    weights = open_backend(Subject("gguf", str(file))).weights()
    up = load_file(tiny / "model.safetensors")["model.layers.1.mlp.up_proj.weight"]
    assert np.array_equal(weights.tensor("blk.1.ffn_up.weight"), up)
    assert weights.config()["num_hidden_layers"] == 2
    assert set(weights.file_digests()) == {"tiny.gguf"}
    assert parameters_of(model_files(str(file))) == parameters_of(model_files(str(tiny)))


def test_what_lies_beside_a_gguf_file_is_out_of_the_librarys_sight(
    file: Path, tmp_path: Path
) -> None:
    beside = tmp_path / "tiny.gguf"
    beside.write_bytes(file.read_bytes())
    (tmp_path / "config.json").write_text('{"model_type": "own", "auto_map": {"x": "y"}}')
    (tmp_path / "modeling_own.py").write_text("raise SystemExit('ran')")
    assert open_backend(Subject("beside", str(beside))).loglikelihood([("a", " b")])


@pytest.mark.parametrize("content", [b"GGUF", b"GGUF" + b"\xff" * 60, b"GGUF" + b"\x03" * 400])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"damaged\.gguf|transformers cannot open it"):
        open_backend(Subject("damaged", str(damaged))).loglikelihood([("a", " b")])


def test_a_tensor_larger_than_its_file_is_refused(file: Path, tmp_path: Path) -> None:
    """As in CVE-2026-7482; by the library where fewer bits a weight would still fit."""
    whole = file.read_bytes()
    for end, words in ((len(whole) - 40, "cut.gguf"), (len(whole) // 3, "larger than the file")):
        cut = tmp_path / "cut.gguf"
        cut.write_bytes(whole[:end])
        with pytest.raises(InvalidInputError, match=words):
            open_backend(Subject("cut", str(cut))).weights().names()


def test_another_format_under_its_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGML" * 10)
    with pytest.raises(InvalidInputError, match="not a GGUF file"):
        open_backend(Subject("m", str(tmp_path)))


def test_every_family_of_units_is_read_from_a_file(file: Path, tiny: Path) -> None:
    reference = held("tiny", tiny)
    backend = open_backend(Subject("gguf", str(file)), [reference])
    detail = compare(backend, reference.weights_digest, IN_WEIGHTS)
    assert "silent" not in detail
    assert set(IN_WEIGHTS) - set(families(detail)) == {Family.EXPERTS}  # it has none
    assert min(log10_e_family(found) for found in families(detail).values()) > 3


def test_a_header_without_what_it_needs_is_a_reason(tmp_path: Path) -> None:
    bare = tmp_path / "bare.gguf"
    bare.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 0))
    with pytest.raises(NotTestableError, match=r"bare has no 'general\.architecture'"):
        open_backend(Subject("bare", str(bare))).weights().config()
