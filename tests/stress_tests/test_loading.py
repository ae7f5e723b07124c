"""What is opened, what is refused, and what is never executed."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from transformers import CONFIG_MAPPING

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import Subject
from tests.stress_tests.conftest import edit_json, write_model
from tests.stress_tests.held import held
from workers.backends import memory
from workers.backends.files import model_files, safe_config
from workers.backends.kept import KeptModels
from workers.backends.known_keys import known_config
from workers.backends.loading import open_backend
from workers.backends.transformers_local import TransformersLocal
from workers.contract import Backend


def opened(location: Path) -> Backend:
    return open_backend(Subject(location.name, str(location)))


def asked(folder: Path) -> float:
    return opened(folder).loglikelihood([("The capital of", " France")])[0]


def refused(folder: Path, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words) as caught:
        asked(folder)
    assert caught.value.field == "model"
    assert "\n" not in str(caught.value)


def test_a_path_with_nothing_there_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "absent", "there is nothing at")


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "holds no .safetensors")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "m.pt", "m.pth", "m.ckpt", "m.PKL"])
def test_a_pickle_checkpoint_is_refused_unread(own: Path, name: str) -> None:
    (own / name).write_bytes(b"never opened")
    refused(own, "pickle-based")
    refused(own / name, "pickle-based")


@pytest.mark.parametrize("start", [pickle.dumps({"a": 1}), b"PK\x03\x04zipped"])
def test_a_pickle_under_another_name_is_refused(own: Path, start: bytes) -> None:
    (own / "model.safetensors").write_bytes(start + b"\x00" * 64)
    refused(own, "under another name")


def test_a_damaged_header_is_refused_before_the_library_sees_it(own: Path) -> None:
    whole = (own / "model.safetensors").read_bytes()
    (own / "model.safetensors").write_bytes(whole[:-1])
    refused(own, "not a sound safetensors file")


def test_a_code_file_is_refused(own: Path) -> None:
    (own / "modeling_own.py").write_text("raise SystemExit('ran')")
    refused(own, "never runs")


def test_code_named_in_a_config_is_dropped(own: Path, tiny: Path) -> None:
    named = {"AutoModelForCausalLM": "other/repository--modeling.Own"}
    edit_json(own / "config.json", auto_map=named, custom_pipelines={"x": {"impl": "p.P"}})
    edit_json(own / "config.json", attn_implementation="other/kernels", _attn="x")
    edit_json(own / "tokenizer_config.json", auto_map={"AutoTokenizer": ["t.T", None]})
    edit_json(own / "tokenizer_config.json", tokenizer_class="OwnTokenizer")
    (own / "adapter_config.json").write_text('{"base_model_name_or_path": "/elsewhere"}')
    assert asked(own) == asked(tiny)


def test_keys_that_name_code_go_at_every_depth() -> None:
    raw = {"a": 1, "auto_map": {}, "text_config": {"_x": 1, "b": 2, "custom_code": "c"}}
    assert safe_config(raw) == {"a": 1, "text_config": {"b": 2}}


def test_keys_that_the_architecture_does_not_know_are_dropped(own: Path, tiny: Path) -> None:
    edit_json(own / "config.json", to_dict="shadows a method", sneaky={"repository": "other/code"})
    edit_json(own / "config.json", num_parameters=1, is_llama_config=True)
    assert asked(own) == asked(tiny)
    raw = {"hidden_size": 8, "rope_theta": 1e4, "to_dict": 1, "sneaky": {"x": 1}}
    assert known_config({"model_type": "llama", **raw}) == {
        "model_type": "llama",
        "hidden_size": 8,
        "rope_theta": 1e4,
    }
    text = {"hidden_size": 8, "sliding_window_pattern": 6, "to_dict": 1}
    assert known_config({"model_type": "gemma3", "text_config": text, "x": 1}) == {
        "model_type": "gemma3",
        "text_config": {"hidden_size": 8, "sliding_window_pattern": 6},
    }
    assert known_config({"model_type": "gpt2", "n_embd": 8, "hidden_size": 8, "n_ctxs": 1}) == {
        "model_type": "gpt2",
        "n_embd": 8,
        "hidden_size": 8,
    }


@pytest.mark.parametrize(
    "model_type", ["llama", "gemma3", "gemma3_text", "gpt2", "gpt_neox", "qwen3", "mistral", "phi3"]
)
def test_a_config_that_transformers_wrote_is_read_whole(model_type: str) -> None:
    config = CONFIG_MAPPING[model_type]()
    written = json.loads(config.to_json_string(use_diff=False))
    read = CONFIG_MAPPING[model_type].from_dict(known_config(written))
    assert read.to_dict() == config.to_dict()


@pytest.mark.parametrize("model_type", ["own-architecture", "clip", None, 3])
def test_an_architecture_that_transformers_lacks_is_refused(own: Path, model_type: object) -> None:
    edit_json(own / "config.json", model_type=model_type)
    refused(own, "transformers itself has no language model")


@pytest.mark.parametrize(
    "change",
    [{"hidden_size": "x"}, {"num_attention_heads": 0}, {"hidden_act": "nope"}, {"vocab_size": 401}],
)
def test_a_config_that_does_not_fit_is_one_sentence(own: Path, change: dict[str, object]) -> None:
    edit_json(own / "config.json", **change)
    refused(own, "transformers cannot open it|lack")


def test_missing_tensors_are_never_filled_with_random_ones(own: Path) -> None:
    edit_json(own / "config.json", num_hidden_layers=3)
    refused(own, "lack 9 tensors")


def test_quantised_safetensors_are_refused(own: Path) -> None:
    edit_json(own / "config.json", quantization_config={"quant_method": "gptq", "bits": 4})
    refused(own, r"quantised \(gptq\)")


@pytest.mark.parametrize("content", ["{", "[]", "[" * 100_000])
def test_a_config_that_is_no_object_is_refused(own: Path, content: str) -> None:
    (own / "config.json").write_text(content)
    refused(own, "config.json")


def test_a_folder_without_a_tokenizer_is_refused(own: Path) -> None:
    (own / "tokenizer.json").unlink()
    refused(own, "no tokenizer.json")


def test_shards_give_the_same_model_without_trusting_their_index(tmp_path: Path) -> None:
    whole = write_model(tmp_path / "whole")
    shards = write_model(tmp_path / "shards", shard_size="40KB")
    assert len(model_files(str(shards)).weights) > 1
    index = shards / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"lm_head.weight": "../../../etc/passwd"}}))
    assert asked(shards) == asked(whole)


def test_a_tensor_in_two_files_is_refused(own: Path) -> None:
    (own / "copy.safetensors").write_bytes((own / "model.safetensors").read_bytes())
    refused(own, "stands in two files")


def test_a_model_larger_than_memory_is_refused_with_both_numbers(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "bytes_free", lambda: 1000)
    (own / "model.safetensors").rename(own / "m.safetensors")  # so that it is not kept already
    refused(own, "needs about 0.00 GiB of memory and 0.00 GiB are free")


def test_the_memory_that_a_model_needs_is_counted_in_float32() -> None:
    assert memory.bytes_needed(1_000_000_000) == pytest.approx(4.4e9)
    free = memory.bytes_free()
    assert free is None or free > 0


def test_a_loaded_model_outlives_its_backend(tiny: Path) -> None:
    first, second = opened(tiny), open_backend(Subject("t", str(tiny)), [Subject("o", "x", "d")])
    assert isinstance(first, TransformersLocal)
    assert isinstance(second, TransformersLocal)
    assert first._pretrained is second._pretrained


def test_the_model_used_longest_ago_is_given_up_first(tiny: Path) -> None:
    pretrained = TransformersLocal(Subject("t", str(tiny)), [], kept=KeptModels())._pretrained
    loads: list[str] = []

    def get(name: str) -> None:
        def load() -> object:
            loads.append(name)
            return pretrained

        kept.get(name, 1000, load)  # type: ignore[arg-type]

    kept = KeptModels(budget=2 * memory.bytes_needed(1000))
    for name in "abacab":
        get(name)
    assert "".join(loads) == "abcb"
    assert len(kept) == 2


def test_other_bytes_at_the_same_place_are_loaded_anew(own: Path, tmp_path: Path) -> None:
    before = asked(own)
    other = write_model(tmp_path / "other", seed=5)
    (own / "model.safetensors").write_bytes((other / "model.safetensors").read_bytes())
    assert asked(own) != before


def test_weights_are_read_without_loading_the_model(tiny: Path) -> None:
    program = (
        "import sys; from compliance.domain.specs import Subject;"
        "from workers.backends.loading import open_backend;"
        f"backend = open_backend(Subject('t', {str(tiny)!r}));"
        "weights = backend.weights();"
        "assert weights.tensor('model.norm.weight').shape == (32,), weights.names();"
        "assert 'model.safetensors' in backend.environment()['files'];"
        "assert 'transformers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])


def test_a_reference_is_opened_by_its_digest_alone(tiny: Path, own: Path) -> None:
    parent = held("parent", own)
    backend = open_backend(Subject("t", str(tiny)), [parent])
    assert backend.weights(parent.weights_digest).label == "parent"
    assert backend.weights(parent.weights_digest).config()["hidden_size"] == 32
    with pytest.raises(NotTestableError, match="no reference"):
        backend.weights("d2")


def test_a_reference_whose_files_were_changed_is_not_read(tiny: Path, tmp_path: Path) -> None:
    parent = held("parent", write_model(tmp_path / "parent", seed=2))
    backend = open_backend(Subject("t", str(tiny)), [parent])
    assert backend.weights(parent.weights_digest).label == "parent"
    write_model(tmp_path / "parent", seed=3)
    for ask in (
        lambda: backend.weights(parent.weights_digest),
        lambda: backend.reference(parent.weights_digest),
        lambda: backend.mlp_activations(["Hello"], parent.weights_digest),
    ):
        with pytest.raises(NotTestableError, match="parent are not those registered"):
            ask()


def test_the_environment_says_what_the_numbers_depend_on(tiny: Path) -> None:
    backend = opened(tiny)
    backend.loglikelihood([("a", " b")])
    environment = backend.environment()
    assert {"python", "torch", "transformers", "tokenizers", "dtype", "device"} <= set(environment)
    assert environment["threads"] >= 1  # type: ignore[operator]
    assert len(str(environment["chat_template_sha256"])) == 64
