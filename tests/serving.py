"""A server of the standard library, served beside the test that asks it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from typing import TypeVar

AnyServer = TypeVar("AnyServer", bound=BaseServer)


@contextmanager
def serving(server: AnyServer) -> Iterator[AnyServer]:
    """Serve from a thread of its own until the end of the block, then close the socket."""
    # Looks for the end twenty times a second; the default would cost each test half a second.
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
