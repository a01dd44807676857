import os
from pathlib import Path

from search.service.pictures.cache import DiskCache


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


def test_cache_counts_what_an_earlier_run_left(tmp_path: Path) -> None:
    for number in range(40):
        DiskCache(tmp_path, 1000, ".webp").put(f"{number:032x}", 0, bytes(60))
    assert 500 <= sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 1000


def test_cache_is_never_larger_than_its_limit(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 1000, ".webp")
    for number in range(40):
        cache.put(f"{number:032x}", 0, bytes(60))
        assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 1000


def test_services_that_fill_one_cache_pass_its_limit_by_little(tmp_path: Path) -> None:
    caches = [DiskCache(tmp_path, 10_000, ".webp") for _ in range(4)]
    for number in range(2000):
        caches[number % 4].put(f"{number:032x}", 0, bytes(60))
        if number % 50 == 0:
            assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 10_000 * (1 + 4 / 16)


def test_cache_clears_away_what_a_killed_write_left(tmp_path: Path) -> None:
    (tmp_path / "aa").mkdir()
    old, new = (tmp_path / "aa" / f".{name}.webp.1.1.tmp" for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    DiskCache(tmp_path, 1000, ".webp").put("b" * 32, 0, b"x")
    assert [path.exists() for path in (old, new)] == [False, True]
