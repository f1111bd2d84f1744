"""`python -m bench [NAME ...]`: every bench module beside this file, or only those named.
`python -m bench --scale`: what must not grow, with a million services on record."""

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """Modules of this folder that measure something, in the order of their names."""
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def rows(wanted: Iterable[str]) -> Iterator[str]:
    for name in wanted:
        yield from import_module(f"bench.{name}").rows()


def main() -> int:
    if sys.argv[1:] == ["--scale"]:
        for row in rows(["_scale"]):
            print(row, flush=True)
        return 0
    wanted = sys.argv[1:] or names()
    if unknown := set(wanted) - set(names()):
        print(f"no bench called {', '.join(sorted(unknown))}; there are: {', '.join(names())}")
        return 2
    for row in rows(wanted):
        print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
