"""The provenance tests on SmolLM2-135M-Instruct, its children and Gemma-3-270m.

``python -m launcher.results_provenance [--missing] [TEST ...]`` makes the children, puts the tests
to them in this process, without a service, and writes ``docs/results/provenance/<test>.json`` after
every case. What was recorded of other cases stays. ``python -m launcher.provenance_tables`` prints
the tables that the pages of the tests hold.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import Any

from compliance.domain.errors import InvalidInputError
from launcher import derived_models, taught_models
from launcher.derived_models import Shelf
from launcher.provenance_cases import Case, Row, initialisation_cases, ranked_cases
from launcher.provenance_served_cases import served_cases
from launcher.provenance_trained_cases import keyed_cases
from launcher.results_pages import FOLDER
from launcher.state import state_locate
from workers.catalogue import find

PROVENANCE = FOLDER / "provenance"
CASES: Mapping[str, Sequence[Case]] = {
    "provenance.shared_initialisation": initialisation_cases(),
    "provenance.next_token_agreement": ranked_cases("provenance.next_token_agreement", 50),
    "provenance.output_image": ranked_cases("provenance.output_image", 16),
    "provenance.served_drift": served_cases(),
    "provenance.canaries": keyed_cases("provenance.canaries", 100),
    "provenance.paraphrases": keyed_cases("provenance.paraphrases", 100),
    "provenance.contamination": keyed_cases("provenance.contamination", 3),
    "provenance.radioactivity": keyed_cases("provenance.radioactivity", 100),
}


def main() -> int:
    """Measure what is asked for; returns the exit status."""
    parser = ArgumentParser(prog="python -m launcher.results_provenance", description=__doc__)
    parser.add_argument("--missing", action="store_true", help="only cases without a record")
    parser.add_argument("tests", nargs="*", metavar="TEST", help=", ".join(CASES))
    arguments = parser.parse_args()
    if unknown := set(arguments.tests) - set(CASES):
        parser.error(f"no cases of {', '.join(sorted(unknown))}")
    root = state_locate(os.environ, root=os.geteuid() == 0).models
    root.mkdir(parents=True, exist_ok=True)
    recipes = {**derived_models.RECIPES, **taught_models.RECIPES}
    shelf = Shelf(root, recipes, say)
    try:
        for test in arguments.tests or CASES:
            for case in CASES[test]:
                if not (arguments.missing and case.name in recorded(test)["cases"]):
                    say(f"{test}: {case.name}")
                    keep(test, case.name, case.measure(shelf))
    except InvalidInputError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def recorded(test: str) -> dict[str, Any]:
    """What is known of a test, its cases by name in the order of ``CASES``."""
    path = PROVENANCE / f"{test}.json"
    empty = {"test": test, "version": find(test).identity.version, "cases": {}}
    return dict(json.loads(path.read_text())) if path.exists() else empty


def keep(test: str, name: str, row: Row) -> None:
    """Merge a case into its test's file, which holds those of one version."""
    found, version = recorded(test), find(test).identity.version
    known = found["cases"] if found["version"] == version else {}
    known |= {name: row}
    ordered = {case.name: known[case.name] for case in CASES[test] if case.name in known}
    PROVENANCE.mkdir(exist_ok=True)
    text = json.dumps({"test": test, "version": version, "cases": ordered}, indent=1)
    (PROVENANCE / f"{test}.json").write_text(text + "\n")


def say(line: str) -> None:
    """A line of what happens now."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
