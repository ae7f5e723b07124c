"""Assay on requests from a file, as ``lm_eval_rival.py``: ``python -m ... MODEL REQUESTS OUT``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from compliance.domain.specs import Subject
from tests.bench.lm_eval_rival import measured
from workers.backends.loading import open_backend


def main() -> None:
    model, requests, out = sys.argv[1:]
    asked = [tuple(one) for one in json.loads(Path(requests).read_text())]
    backend = open_backend(Subject("scored", model))
    backend.loglikelihood(asked[:4])
    found = measured(lambda: backend.loglikelihood(asked)) | {"batch_size": 0}
    Path(out).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
