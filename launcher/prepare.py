"""Makes the demo's models in a process of its own: ``python -m launcher.prepare FOLDER``.

The launcher itself never loads torch, and Ctrl-C can end the making at any point.
"""

from __future__ import annotations

import sys
from pathlib import Path

from compliance.domain.errors import InvalidInputError
from launcher.models import prepare_models


def main() -> None:
    """Make what is missing, one line a step."""
    try:
        prepare_models(Path(sys.argv[1]), lambda step: print(step, flush=True))
    except InvalidInputError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
