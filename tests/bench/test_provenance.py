"""Screening and the exact test: ``make bench NAME=provenance``.

Sketches are of random weights, which are as dear to screen as trained ones; the pair of 135M
parameters is SmolLM2-135M-Instruct and its own half, pruned here; the pair of a 7B shape has random
weights in files, of which one layer is matched, or as many as ASSAY_BENCH_LAYERS says: all 32 take
17 GB of disk.
"""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from safetensors.torch import save_file as save_torch

from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.statistics.sketches import (
    BITS,
    FORM,
    LAYERS,
    UNITS,
    Sketch,
    screen,
    signs_packed,
)
from compliance.registry.models import SketchRow, Version
from compliance.registry.screening import version_screen
from compliance.registry.services import model_register
from launcher import models
from launcher.state import state_locate
from tests.cast import Cast
from workers.backends.files import model_files
from workers.backends.loading import open_backend
from workers.backends.weights import open_weights
from workers.execution import NullSink, execute
from workers.model_contents import WeightsReader
from workers.stress_tests.provenance.gated_units import gated_layers, match_layers, read_units
from workers.stress_tests.provenance.layer_scan import scan_layers
from workers.stress_tests.provenance.shared_initialisation import shared_initialisation
from workers.stress_tests.provenance.sketches import sketch

pytestmark = pytest.mark.bench
STORED, WIDTH = 10_000, 4096
HIDDEN = 11_008


def _words(rng: np.random.Generator) -> np.ndarray:
    return signs_packed(list(rng.standard_normal((LAYERS, UNITS, BITS), dtype=np.float32)))


@pytest.mark.django_db
def test_provenance_one_version_is_screened_against_ten_thousand(
    cast: Cast, version: Version
) -> None:
    rng = np.random.default_rng(0)
    stored = np.stack([_words(rng) for _ in range(STORED)])
    _store(cast, stored)
    started = time.perf_counter()
    log10_e = screen(stored[17], stored)
    arithmetic = time.perf_counter() - started
    assert log10_e.argmax() == 17
    started, worked = time.perf_counter(), time.process_time()
    found = version_screen(version=version, sketch=Sketch(WIDTH, stored[17]))
    whole, worked = time.perf_counter() - started, time.process_time() - worked
    assert (found.screened, len(found.resembles)) == (STORED, 1)
    print(f"\nscreening {STORED:,} sketches in memory: {arithmetic:.2f} s")
    print(f"from PostgreSQL: {whole:.2f} s, {worked:.2f} s of them this process at work")
    assert worked < 1.0  # the wall also counts whoever else is at work on the machine


def _store(cast: Cast, sketches: np.ndarray) -> None:
    """Versions of another organization with these sketches."""
    model = model_register(
        viewer=cast.viewer(cast.rival_engineer),
        organization_id=cast.rival.id,
        slug="many",
        name="Many",
    )
    versions = Version.objects.bulk_create(
        Version(model=model, name=str(k), access="weights", registered_by=cast.rival_engineer)
        for k in range(len(sketches))
    )
    SketchRow.objects.bulk_create(
        SketchRow(
            version=one,
            form=FORM,
            width=WIDTH,
            layers=LAYERS,
            units=UNITS,
            words=Sketch(WIDTH, words).to_bytes(),
        )
        for one, words in zip(versions, sketches, strict=True)
    )


@pytest.fixture(scope="module")
def smollm2() -> Path:
    """SmolLM2-135M-Instruct in float32, as the demo converts it."""
    cache = state_locate(os.environ, root=os.geteuid() == 0).models
    folder = cache / models.NAMES[0]
    if not models._whole(folder):
        cache.mkdir(parents=True, exist_ok=True)
        with models._in_the_making(folder) as making:
            models._convert(models._gguf(), making)
    return folder


def test_provenance_one_pair_of_135m_parameters(smollm2: Path, tmp_path: Path) -> None:
    parent, child = smollm2, tmp_path / "pruned"
    child.mkdir()
    pruned = {
        name: np.where(np.abs(one) > np.median(np.abs(one)), one, np.float32(0))
        if one.ndim == 2
        else one
        for name, one in load_file(parent / "model.safetensors").items()
    }
    save_file(pruned, child / "model.safetensors")
    (child / "config.json").write_bytes((parent / "config.json").read_bytes())
    started = time.perf_counter()
    sketch(open_weights(model_files(str(child)), label="child"))
    print(f"\na sketch of 135M parameters: {time.perf_counter() - started:.2f} s")
    subject, reference = Subject("child", str(child)), Subject("parent", str(parent), "aa")
    spec = ShardSpec(
        shared_initialisation.spec(
            references=[{"label": "parent", "digest": "aa", "declared_parent": True}]
        ),
        seed=0,
        subject=subject,
        references=(reference,),
    )
    started = time.perf_counter()
    execution = execute(spec, open_backend(subject, (reference,)), NullSink())
    seconds = time.perf_counter() - started
    print(f"a pair of 135M parameters: {seconds:.1f} s, {execution.verdict}")
    assert seconds < 60


def test_provenance_layers_of_a_7b_shape(tmp_path: Path) -> None:
    layers = int(os.environ.get("ASSAY_BENCH_LAYERS", "1"))
    subject, reference = (_mlps_of_7b(tmp_path / name, layers) for name in ("one", "other"))
    print(f"\nof a 7B shape, {layers} of 32 layers, {torch.get_num_threads()} threads:")
    started, worked = time.perf_counter(), time.process_time()
    found = match_layers(subject, reference)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    assert found[0][1][0].units == HIDDEN
    each = seconds / layers
    print(f"a layer: {each:.1f} s, of which this process worked {worked / layers:.1f} s")
    print(f"32 of them: {32 * each / 60:.1f} minutes")
    started = time.perf_counter()
    scan_layers(subject, reference)
    print(f"every layer against every other, 128 units: {time.perf_counter() - started:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory of this process: {peak:.1f} GiB")
    own = read_units(subject, gated_layers(subject)[0])
    started = time.perf_counter()
    for part in (own.gate, own.signed):
        np.matmul(part, part.T)
    print(f"the products of a layer in float32, alone: {time.perf_counter() - started:.1f} s")
    assert peak < 4


def _mlps_of_7b(folder: Path, layers: int) -> WeightsReader:
    """Random MLPs in bfloat16, a file each layer, behind the reader that a worker uses."""
    folder.mkdir()
    draw = torch.Generator().manual_seed(len(folder.name))
    for number in range(layers):
        tensors = {
            f"model.layers.{number}.mlp.{name}_proj.weight": torch.randn(shape, generator=draw)
            for name, shape in _SHAPES.items()
        }
        save_torch({k: v.bfloat16() for k, v in tensors.items()}, folder / f"{number}.safetensors")
    config = {"model_type": "llama", "num_hidden_layers": layers}
    (folder / "config.json").write_text(json.dumps(config))
    return open_weights(model_files(str(folder)), label=folder.name)


_SHAPES = {"gate": (HIDDEN, WIDTH), "up": (HIDDEN, WIDTH), "down": (WIDTH, HIDDEN)}
