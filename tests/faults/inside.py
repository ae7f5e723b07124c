"""The product's Celery app in a worker that may ask endpoints on this machine."""

from __future__ import annotations

from functools import partial

from workers.backends.loading import open_backend
from workers.celery import app

__all__ = ["app"]

app.loader.import_default_modules()

from workers.tasks import runs  # noqa: E402  (a task module is imported once its app is ready)

# The terminal has an option for it; a worker has none, so that no provider reaches inside.
runs.open_backend = partial(open_backend, allow_internal=True)  # type: ignore[assignment]
