"""``cyclonedx-py environment … | python -m scripts.sbom``: its root gets a version; fails without a licence."""

from __future__ import annotations

import json
import sys

import climtrack


def main() -> int:
    """Standard input to standard output."""
    whole = json.load(sys.stdin)
    whole["metadata"]["component"]["version"] = climtrack.__version__
    silent = [one["name"] for one in whole["components"] if not one.get("licenses")]
    json.dump(whole, sys.stdout, indent=1)
    print(*(f"no licence: {name}" for name in silent), sep="\n", file=sys.stderr, end="\n" if silent else "")
    return int(bool(silent) or not whole["dependencies"])


if __name__ == "__main__":
    sys.exit(main())
