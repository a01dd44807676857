"""Videos that benchmarks make of others."""

import subprocess


def ffmpeg(*words: object) -> None:
    """Run it, saying nothing but errors. Raises CalledProcessError."""
    command = ["ffmpeg", "-v", "error", "-y", *map(str, words)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
