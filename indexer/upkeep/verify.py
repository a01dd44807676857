"""Whether a library is what it says: catalogue against shards, against generations and, deeply, against the files."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from data.identity import video_id_of
from data.paths import shown
from data.remote.errors import RemoteError
from data.sources.registry import source_named
from data.sources.source import last_indexed
from data.stores import generations
from data.stores.aside import bytes_aside
from data.stores.catalog import Catalog, open_catalog, views
from data.stores.catalog.errors import DamagedCatalogue
from data.stores.library import Library
from data.stores.shards.folder import DamagedShard, ShardError, are_unit, read_account, read_clips, read_frames
from data.stores.shards.kept import sound
from data.stores.unplaced import unplaced
from data.stores.vectors.contents import check, vectors_by_video
from data.stores.vectors.store import DamagedIndex
from data.types import Generation, NoGeneration, VideoError
from indexer.commit.publish import OpenPair
from indexer.commit.repair import Survey, survey
from indexer.execute.decode import recipe_for
from indexer.modalities import visual
from indexer.modalities.visual import fingerprint_for, reader_for
from indexer.settings import IndexSettings
from indexer.upkeep.problems import Problem, Verification
from indexer.upkeep.recompute import Bench, recompute
from models.registry import open_embedded
from models.spec import UnknownModel, WeightsMissing

# Another batch size, runtime or decoder rounds otherwise; another picture or tower is far below.
SAME_COSINE = 0.999
EQUAL_COSINE = 1 - 1e-6


def verify(library: Library, settings: IndexSettings, *, is_deep: bool, open_pair: OpenPair) -> Verification:
    """Look at everything; a deep look reads every file and vector, and makes those of a few clips again.

    `open_pair` gives the library's own pair. Raises LibraryBusy.
    """
    with library.writing():
        if not library.exists:
            return _without_catalogue(library, "is missing")
        try:
            catalog = open_catalog(library.catalog_at)
            try:
                problems = list(_shallow(library, catalog, is_deep=is_deep))
                if is_deep:
                    problems += _deep(library, catalog, settings, open_pair)
                sizes = [len(ids) for _, ids in views.clip_ids_by_embedding(catalog)]
            finally:
                catalog.close()
        except DamagedCatalogue as error:
            return _without_catalogue(library, str(error.orig))
    return Verification(len(sizes), sum(sizes), problems, len(unplaced(library)), bytes_aside(library))


def _without_catalogue(library: Library, detail: str) -> Verification:
    problem = Problem("catalogue", library.catalog_name, detail)
    return Verification(0, 0, [problem], len(unplaced(library)), bytes_aside(library))


def _shallow(library: Library, catalog: Catalog, *, is_deep: bool) -> Iterator[Problem]:
    yield from _of_catalogue(library, catalog)
    found = survey(library, catalog)
    yield from _of_disk(library, found)
    yield from _of_shards(library, catalog, found, is_deep=is_deep)
    yield from _of_generations(library, catalog)
    yield from _of_towers(library)


def _deep(library: Library, catalog: Catalog, settings: IndexSettings, open_pair: OpenPair) -> Iterator[Problem]:
    files = _files_as_indexed(catalog)
    changed = list(_of_files(files))
    yield from changed
    unchanged = _without(files, {Path(problem.path) for problem in changed})
    try:
        served = generations.current(library)
        yield from _of_published_vectors(library, catalog, served)
    except (NoGeneration, DamagedIndex):
        return
    try:
        pair = open_pair()
    except (WeightsMissing, UnknownModel) as error:
        yield Problem("towers", str(library.towers(served.fingerprint)), str(error))
        return
    # What an earlier version of the program made, this one can't make again.
    if fingerprint_for(pair.spec) == served.fingerprint:
        bench = Bench(pair, recipe_for({visual.NAME: reader_for(pair.spec)}, settings, processes=1))
        yield from _of_sample(library, catalog, unchanged, served, bench)


def _of_catalogue(library: Library, catalog: Catalog) -> Iterator[Problem]:
    for said in catalog.damage():
        yield Problem("catalogue", library.catalog_name, said)
    for (table, referred), count in catalog.orphans().items():
        for _ in range(count):
            yield Problem("row", library.catalog_name, f"a row of {table} refers to no row of {referred}")


def _of_disk(library: Library, found: Survey) -> Iterator[Problem]:
    for path in found.leftovers:
        yield Problem("leftover", str(path), "was being written when a process ended")
    for path in found.strays:
        yield Problem("stray", str(path), "is in no row of the catalogue")
    for video_id, fingerprint in sorted(found.lost):
        yield Problem("shard", str(library.shard(fingerprint, video_id)), "is missing")
    for path in found.unsent:
        yield Problem("unsent", str(path), f"is not in {library.store} yet: `sceneseek index` puts it there")


def _of_shards(library: Library, catalog: Catalog, found: Survey, *, is_deep: bool) -> Iterator[Problem]:
    unsent = set(found.unsent)
    for (video_id, fingerprint), expected in views.clip_ids_by_embedding(catalog):
        path = library.shard(fingerprint, video_id)
        if (video_id, fingerprint) in found.lost:
            continue
        try:
            # What is kept is looked at, and not a copy of it.
            ids, _ = read_clips(path if path in unsent else library.shards.anew(path))
            if not np.array_equal(ids, expected):
                yield Problem("shard", str(path), "holds other clips than the catalogue says")
            if is_deep:
                read_account(path)
                _check_frames(path)
        except DamagedShard as error:
            yield Problem("shard", str(path), str(error).removeprefix(f"{path} "))
        except (OSError, ShardError) as error:
            yield Problem("unreadable", str(path), str(error).removeprefix(f"{path} "))


def _check_frames(path: Path) -> None:
    frames = read_frames(path)
    if frames is not None and not are_unit(frames.values.astype(np.float32)):
        raise DamagedShard(f"{path} is damaged: it holds vectors of frames that are not of unit length")


def _of_generations(library: Library, catalog: Catalog) -> Iterator[Problem]:
    try:
        generations.current(library)
    except NoGeneration as error:
        if library.current.exists():
            yield Problem("generation", str(library.current), str(error))
    except DamagedIndex as error:
        yield Problem("generation", str(library.current), str(error))
    for name in generations.names(library):
        try:
            detail = _what_is_wrong_with(library, catalog, name)
        except OSError as error:
            yield Problem("unreadable", str(library.generations / name), str(error))
            continue
        if detail is not None:
            yield Problem("generation", str(library.generations / name), detail)


def _what_is_wrong_with(library: Library, catalog: Catalog, name: str) -> str | None:
    try:
        check(library, generations.read(library, name), catalog)
    except (NoGeneration, DamagedIndex) as error:
        return str(error)
    return None


def _of_towers(library: Library) -> Iterator[Problem]:
    """The copy of an embedded pair has to be the one that made the vectors."""
    for name in generations.names(library):
        try:
            generation = generations.read(library, name)
        except (NoGeneration, DamagedIndex):
            continue  # told already
        folder = library.towers(generation.fingerprint)
        if not folder.is_dir():
            continue
        try:
            kept = open_embedded(folder).spec.weights_sha256
        except (WeightsMissing, FileNotFoundError, TypeError, ValueError, KeyError, EOFError) as error:
            yield Problem("towers", str(folder), str(error))
            continue
        except OSError as error:
            yield Problem("unreadable", str(folder), str(error))
            continue
        if kept != generation.weights_sha256:
            yield Problem("towers", str(folder), f"are not those that made generation {name}")


def _of_published_vectors(library: Library, catalog: Catalog, served: Generation) -> Iterator[Problem]:
    for video_id, ids, published in vectors_by_video(library, served, catalog):
        try:
            own, values = sound(library.shards, library.shard(served.fingerprint, video_id), read_clips)
        except (OSError, ShardError):
            continue  # told already
        # A shard that was made after the generation may hold more clips or fewer, never the same ones in another order.
        is_other = len(own) == len(ids) and not np.array_equal(own, ids)
        if is_other or (len(own) == len(ids) and not ((values * published).sum(axis=1) >= EQUAL_COSINE).all()):
            yield Problem("generation", str(served.folder), f"its vectors of video {video_id} are not its shard's")


def _of_files(files: dict[str, list[Path]]) -> Iterator[Problem]:
    """Files whose bytes changed although their size and time did not; what has changed openly is for the next run."""
    for video_id, paths in files.items():
        for path in paths:
            try:
                found = video_id_of(path)
            except RemoteError as error:
                yield Problem("unreadable", shown(path), str(error))
                continue
            except OSError as error:
                yield Problem("file", str(path), error.strerror or str(error))
                continue
            if found != video_id:
                yield Problem("file", shown(path), "its bytes have changed, its size and time have not")


def _of_sample(
    library: Library, catalog: Catalog, files: dict[str, Path], served: Generation, bench: Bench
) -> Iterator[Problem]:
    embedded = views.embedded(catalog, served.fingerprint)
    chosen = {video_id: path for video_id, path in files.items() if embedded.get(video_id) == ""}
    try:
        for path, cosine in recompute(library, served, chosen, bench):
            if not cosine >= SAME_COSINE:
                yield Problem("vector", shown(path), f"vectors made anew differ from those kept: cosine {cosine:.4f}")
    except (VideoError, OSError, ShardError) as error:
        yield Problem("unreadable", str(library.folder), f"could not be made anew: {error}")


def _without(files: dict[str, list[Path]], changed: set[Path]) -> dict[str, Path]:
    sound = {video_id: [path for path in paths if path not in changed] for video_id, paths in files.items()}
    return {video_id: paths[0] for video_id, paths in sound.items() if paths}


def _files_as_indexed(catalog: Catalog) -> dict[str, list[Path]]:
    """Present files by video id, without those that look changed."""
    files: dict[str, list[Path]] = defaultdict(list)
    for place in views.present(catalog):
        try:
            source = source_named(place.source)
            found = source.look(place.root, place.path)
        except OSError:
            continue
        if found == last_indexed(place):
            files[str(place.video_id)].append(source.address(place.root, place.path))
    return files
