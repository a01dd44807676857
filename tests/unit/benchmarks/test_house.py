"""What the measure of the house finds, in houses of a few lines."""

from benchmarks.house import ROOT, Module, Size, cycle, modules, percentile, repeats

STEPS = "".join(f"    step_{number} = call({number}, [first, second])\n" for number in range(6))


def _module(name: str, source: str) -> Module:
    return Module(ROOT / "data" / f"{name}.py", source)


def test_percentile_is_a_size_that_there_is() -> None:
    assert [percentile([5, 1, 3, 2], share) for share in (0.5, 0.75, 0.95)] == [2, 3, 5]


def test_functions_are_measured_from_def_to_their_last_line() -> None:
    source = "class A:\n    @staticmethod\n    def one() -> None:\n        '''Says.'''\n\n        return\n\n\n"
    source += "async def two():\n    ...\n"
    assert list(_module("a", source).functions()) == [(2, "data/a.py:9 two"), (4, "data/a.py:3 one")]


def test_a_cycle_is_found_and_imports_that_wait_make_none() -> None:
    one, other = _module("one", "from data import two\n"), _module("two", "import data.one\n")
    assert set(cycle([one, other])) == {"data.one", "data.two"}
    waiting = _module("two", "def late():\n    import data.one\n")
    assert cycle([one, waiting]) == []


def test_the_same_lines_are_found_whatever_things_are_called() -> None:
    one = _module("one", f"def one(first, second):\n{STEPS}    return step_1\n")
    other = _module(
        "two",
        "import os\n\n\ndef other(a, b):\n" + STEPS.replace("step", "part").replace("[", "[  ") + "    x: int = 1\n",
    )
    assert repeats([one, other]) == [Size(7, "data/one.py:1 = data/two.py:4")]
    assert repeats([one, _module("two", STEPS.replace("    ", "").replace("call", "other(call)"))]) == []


def test_this_house_is_measured_whole() -> None:
    names = {module.name for module in modules()}
    assert {"sceneseek", "sceneseek.library", "data.types", "ui.app", "search.query.grammar"} <= names
