"""`python -m data.sample FOLDER`."""

import argparse
import sys
from pathlib import Path

from data.sample import MediaMissing, build


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
    sys.stderr.write(f"sample: {len(written)} videos written to {folder}, the others were there\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
