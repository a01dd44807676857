"""`python -m data.sample FOLDER`."""

import argparse
import sys
from pathlib import Path

from data.sample import MediaMissing, build
from data.sample.sources import SOURCES
from data.wording import counted


def main() -> int:
    """Build the sample library; exit 5 when the packages that carry the media are not there."""
    parser = argparse.ArgumentParser(prog="python -m data.sample", description=build.__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    try:
        written = build(folder, media=Path(sys.prefix) / "media")
    except MediaMissing as e:
        sys.stderr.write(f"sample: {e}\n")
        return 5
    sys.stderr.write(f"sample: {told(len(written), folder)}\n")
    return 0


def told(written: int, folder: Path) -> str:
    """What was done, and of the rest only when there is one."""
    there = len(SOURCES) - written
    done = f"{counted(written, 'video')} written to {folder}"
    return f"{done}, {there} {'was' if there == 1 else 'were'} there" if there else done


if __name__ == "__main__":
    sys.exit(main())
