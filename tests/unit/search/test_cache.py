import os
from pathlib import Path

from search.cache import DiskCache


def test_cache_forgets_what_was_used_longest_ago(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 250, ".webp")
    for number in range(2):
        cache.put(f"{number:032x}", 0, bytes(100))
        os.utime(next(tmp_path.glob(f"*/{number:032x}-0.webp")), ns=(number, number))
    assert cache.get(f"{0:032x}", 0) == bytes(100)
    cache.put(f"{2:032x}", 0, bytes(100))
    assert [cache.get(f"{number:032x}", 0) is not None for number in range(3)] == [True, False, True]


def test_cache_of_no_bytes_keeps_nothing(tmp_path: Path) -> None:
    DiskCache(tmp_path, 0, ".mp4").put("a" * 32, 0, b"x")
    assert not list(tmp_path.iterdir())
