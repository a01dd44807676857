"""Measures how the house is built: sizes of functions and files, cycles of imports, and what is written twice.

    python -m benchmarks.house [--worst N]

Exits with 1 above the limits. Repeats are listed, and have no limit.
"""

import argparse
import ast
import io
import math
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from keyword import iskeyword
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGES = ("data", "indexer", "models", "search", "sceneseek", "ui")
# As many lines of code, and this many tokens in them, are no coincidence.
REPEATED_LINES, REPEATED_TOKENS = 6, 30


class Size(NamedTuple):
    """Lines of something, and where it is."""

    lines: int
    where: str


class Line(NamedTuple):
    """The tokens of one logical line, without comments, layout and names, and where it begins."""

    tokens: tuple[str, ...]
    number: int


@dataclass(frozen=True)
class Module:
    """One file of the product."""

    path: Path
    source: str

    @property
    def place(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def size(self) -> Size:
        return Size(self.source.count("\n"), self.place)

    def functions(self) -> Iterator[Size]:
        """From `def` to the last line, whatever stands between."""
        for node in self._functions():
            last = node.end_lineno or node.lineno
            yield Size(last - node.lineno + 1, f"{self.place}:{node.lineno} {node.name}")

    def imported(self) -> Iterator[str]:
        """What running the file imports, each possibly a name in a module."""
        for node in self.tree.body:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def lines(self) -> list[Line]:
        """Logical lines in functions, each with its tokens; fields and tables look alike without saying the same."""
        bodies = [range(body.lineno, (body.end_lineno or 0) + 1) for body in self._functions()]
        return [line for line in _logical(self.source) if any(line.number in body for body in bodies)]

    def _functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _logical(source: str) -> Iterator[Line]:
    told: list[str] = []
    number = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NEWLINE and told:
            if told[0] not in ("import", "from"):
                yield Line(tuple(told), number)
            told = []
        elif token.type not in _LAYOUT:
            number = number if told else token.start[0]
            told.append(_told(token))


_LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def _told(token: tokenize.TokenInfo) -> str:
    """Whatever something is called, and whatever is said there, counts as the same."""
    if token.type == tokenize.NAME:
        return token.string if iskeyword(token.string) else "name"
    return "value" if token.type in (tokenize.NUMBER, tokenize.STRING) else token.string


def modules() -> list[Module]:
    """Of the product, without its migrations: what is stored stays as it was written."""
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return [Module(path, path.read_text(encoding="utf-8")) for path in paths if "versions" not in path.parts]


def percentile(sizes: Sequence[int], share: float) -> int:
    """The smallest that `share` of all do not exceed."""
    return sorted(sizes)[math.ceil(share * len(sizes)) - 1]


def cycle(files: Sequence[Module]) -> list[str]:
    """Modules that import one another as they are imported; empty when none do."""
    names = {file.name for file in files}
    graph = {file.name: {_module(name, names) for name in file.imported()} - {"", file.name} for file in files}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _module(name: str, names: set[str]) -> str:
    """The module that a name is, or is in; nothing for others' code."""
    return name if name in names else outer if (outer := name.rpartition(".")[0]) in names else ""


def repeats(files: Sequence[Module]) -> list[Size]:
    """Runs of lines that say the same at two places, each as long as it goes, the longest first."""
    lines = [file.lines() for file in files]
    seen: dict[tuple[tuple[str, ...], ...], list[_Place]] = defaultdict(list)
    found: list[Size] = []
    covered: set[tuple[_Place, _Place]] = set()
    for here, window in _windows(lines):
        for there in seen[window]:
            overlaps = here.file == there.file and here.line - there.line < REPEATED_LINES
            if not overlaps and (there, here) not in covered:
                length = _length(lines[there.file][there.line :], lines[here.file][here.line :])
                covered |= {(there.after(step), here.after(step)) for step in range(length)}
                where = (f"{files[at].place}:{lines[at][on].number}" for at, on in (there, here))
                found.append(Size(length, " = ".join(where)))
        seen[window].append(here)
    return sorted(found, reverse=True)


class _Place(NamedTuple):
    file: int
    line: int

    def after(self, lines: int) -> "_Place":
        return _Place(self.file, self.line + lines)


def _windows(lines: Sequence[list[Line]]) -> Iterator[tuple[_Place, tuple[tuple[str, ...], ...]]]:
    for file, own in enumerate(lines):
        for start in range(len(own) - REPEATED_LINES + 1):
            window = tuple(line.tokens for line in own[start : start + REPEATED_LINES])
            if sum(map(len, window)) >= REPEATED_TOKENS:
                yield _Place(file, start), window


def _length(one: list[Line], other: list[Line]) -> int:
    """How many lines are the same, from the first on."""
    pairs = zip(one, other, strict=False)
    return next(
        (at for at, (here, there) in enumerate(pairs) if here.tokens != there.tokens), min(len(one), len(other))
    )


def main() -> int:
    """Prints a table; 1 above a limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list the N largest of each kind")
    worst = parser.parse_args().worst
    files = modules()
    functions = sorted((size for file in files for size in file.functions()), reverse=True)
    sizes = sorted((file.size for file in files), reverse=True)
    circle, twice = cycle(files), repeats(files)
    print(f"{len(functions)} functions in {len(files)} files, {sum(size.lines for size in sizes)} lines")
    within = _told_against_limits(functions, sizes, circle)
    print(f"{'runs of lines written twice':<30} {len(twice):>6}")
    for lines, where in [*sizes[:worst], *functions[:worst], *twice[:worst]]:
        print(f"{lines:>6}  {where}")
    if circle:
        print(" → ".join(circle))
    return 0 if within else 1


def _told_against_limits(functions: Sequence[Size], sizes: Sequence[Size], circle: Sequence[str]) -> bool:
    of_functions, of_files = [size.lines for size in functions], [size.lines for size in sizes]
    rows = [
        ("functions, median", median(of_functions), 8),
        ("functions, 95th percentile", percentile(of_functions, 0.95), 25),
        ("files, 95th percentile", percentile(of_files, 0.95), 250),
        ("files, longest", max(of_files), 400),
        ("modules in a cycle of imports", len(circle), 0),
    ]
    for name, value, limit in rows:
        print(f"{name:<30} {value:>6g}  at most {limit:<4} {'' if value <= limit else 'ABOVE'}".rstrip())
    return all(value <= limit for _, value, limit in rows)


if __name__ == "__main__":
    sys.exit(main())
