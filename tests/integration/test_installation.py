import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = ["sceneseek", "indexer", "search", "ui", "models", "data"]
WHERE = "import importlib, sys; print(*(importlib.import_module(n).__file__ for n in sys.argv[1:]), sep='\\n')"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def run(*command: str | Path, cwd: Path) -> str:
    """What it prints; fails the test when it fails."""
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run([str(c) for c in command], cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_six_names_are_ours_whatever_else_is_installed(tmp_path: Path) -> None:
    lines = run(sys.executable, "-c", WHERE, *NAMES, cwd=tmp_path).splitlines()
    assert lines == [str(ROOT / name / "__init__.py") for name in NAMES]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT, cwd=folder)
    return next(folder.glob("sceneseek-*.whl"))


@pytest.mark.slow
def test_wheel_holds_every_file_of_the_six_folders_and_nothing_else(wheel: Path) -> None:
    files = {str(p.relative_to(ROOT)) for n in NAMES for p in (ROOT / n).rglob("*") if p.is_file()}
    expected = {f for f in files if "__pycache__" not in f}
    held = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    assert held == expected


@pytest.mark.slow
def test_installed_wheel_runs_from_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    clean = tmp_path / "clean"
    venv.create(clean)
    run(*PIP, "--python", clean / "bin/python", "install", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(clean), "platbase": str(clean)}))
    # Dependencies come from the present environment, whose own .pth files (our editable install) are not read this way.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    run(clean / "bin/sceneseek", "--help", cwd=tmp_path)
    lines = run(clean / "bin/python", "-c", WHERE, *NAMES, cwd=tmp_path).splitlines()
    assert lines == [str(site / name / "__init__.py") for name in NAMES]
