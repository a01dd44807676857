"""A library as one object: indexed, searched and checked from Python."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Unpack

from data.settings import LibrarySettings
from data.stores.catalog import Catalog
from sceneseek.asking import Filters, checked, filter_body
from sceneseek.moment import Moment, Why
from sceneseek.opening import catalog_of, existing
from sceneseek.settings import settings_from

if TYPE_CHECKING:
    from data.sandbox.process import Sandbox
    from indexer.report import Report
    from indexer.upkeep.problems import Verification
    from sceneseek.answer import Answer
    from sceneseek.collected import Collections
    from sceneseek.marked import Concepts
    from sceneseek.session import Session
    from search.answering.wire import FoundMoment
    from search.service.wire import Status

_log = logging.getLogger("sceneseek")
AnyPath = str | PathLike[str]


class Library:
    """A folder that holds the index of videos; `SCENESEEK_LIBRARY`, else `var/library`, when none is named.

        with Library("var/library") as library:
            library.index("videos")
            moments = library.search("a cat")

    What a search needs stays open until `close`, or the end of `with`; later calls open it anew. Threads may share
    one. Other settings are those of the environment, as on the command line. Raises BadSetting.
    """

    def __init__(self, folder: AnyPath | None = None) -> None:
        self._settings = settings_from(LibrarySettings, library=None if folder is None else Path(folder))
        self._session: Session | None = None
        self._is_opening = threading.Lock()

    def __repr__(self) -> str:
        return f"Library({str(self._settings.library)!r})"

    def __enter__(self) -> "Library":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def index(
        self,
        *paths: AnyPath,
        model: str | None = None,
        weights: Sequence[AnyPath] = (),
        retry_failed: bool = False,
        without_absent: bool = False,
        include: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        only: Sequence[str] = (),
        without: Sequence[str] = (),
        wait: bool = False,
    ) -> "Report":
        """Index what is new or changed in these files and folders; in all known ones when none is named.

            report = library.index("videos", exclude=["raw/*"])
            print(report.indexed, [str(error) for error in report.failures])

        A file that fails is in `failures`, and the others go on. `only` and `without` name modalities, such as
        "subtitles". Raises UnknownPath, NothingKnown, LibraryBusy unless it may `wait`, UnknownModel, WeightsMissing,
        BadSetting, and OSError where the library can't be written.
        """
        from indexer.afterwards import Choice
        from indexer.progress import Bar
        from indexer.settings import IndexSettings
        from sceneseek.upkeep import indexed

        chosen = settings_from(IndexSettings, library=self._settings.library, include=include, exclude=exclude)
        return indexed(
            [Path(path) for path in paths],
            settings=chosen,
            reporter=Bar(),
            model=model,
            weights=[Path(file) for file in weights],
            retry_failed=retry_failed,
            without_absent=without_absent,
            wait=wait,
            choice=Choice(tuple(only), tuple(without)),
        )

    def search(
        self,
        text: str | None = None,
        *,
        image: AnyPath | Sequence[AnyPath] = (),
        video: AnyPath | Sequence[AnyPath] = (),
        like: Moment | None = None,
        limit: int = 5,
        sort: Literal["relevance", "time"] = "relevance",
        per_video: int | None = None,
        all_copies: bool = False,
        refine: bool = False,
        **filters: Unpack[Filters],
    ) -> list[Moment]:
        """The moments where it happens, best first, `limit` (500 at most) of them: an empty list where there is none.

            library.search("a dog NOT snow", folder="videos/2025", min_confidence="medium")
            library.search("at night", image="bridge.jpg")
            library.search(like=library.search("a cat")[0], per_video=1)

        `text` may use the short syntax, pictures and videos are files of 10 MB at most, and all that is given has to
        hold together. `filters` are those of the command line. Raises QueryError, NoGeneration, and what opening the
        library's towers raises: UnknownModel, WeightsMissing.
        """
        from search.query.arguments import query_asked
        from search.query.wire import SearchBody

        session = self._opened()
        stretch = (like.video_id, like.start_s, like.end_s) if like else None
        body = checked(
            SearchBody,
            query=query_asked(session.catalog, text, _listed(image), _listed(video), stretch),
            limit=limit,
            filters=filter_body(session.catalog, filters),
            sort=sort,
            per_video=per_video,
            fold=not all_copies,
            refine=refine,
        )
        answer = session.answered(body)
        for note in answer.notes:
            _log.warning(note)
        return [self._moment(session.catalog, found) for found in answer.moments]

    def answer(self, question: str, choices: Sequence[str], **filters: Unpack[Filters]) -> "Answer":
        """Which of two to twenty answers to a question the moment that it finds shows.

            library.answer("what is on the desk?", ["a cat", "a dog"]).choices[0].text

        The question is read as a sentence. Raises as `search` does.
        """
        from sceneseek.answer import Answer, Choice
        from search.query.wire import QuestionBody

        session = self._opened()
        asked = filter_body(session.catalog, filters)
        found = session.chosen(checked(QuestionBody, question=question, choices=list(choices), filters=asked))
        moment = self._moment(session.catalog, found.moment) if found.moment else None
        return Answer(moment, tuple(Choice(one.choice, one.probability, one.cosine) for one in found.choices))

    def export(
        self,
        moments: "Sequence[Moment] | str",
        format: str,  # noqa: A002  as everywhere else
        to: AnyPath,
        *,
        title: str | None = None,
        handles_s: float = 0.0,
        exact: bool = False,
    ) -> Path:
        """Write moments for an editor, and say where: as `csv`, `edl`, `markers`, `fcpxml`, `fcp7xml`, `otio`, `clips`
        (a zip) or `reel` (an MP4).

            library.export(library.search("a cat"), "fcpxml", "cats.fcpxml", handles_s=1)
            library.export("Openings", "clips", "openings.zip", exact=True)

        In the place of moments stands the name or the id of a collection. What one should know of the file is logged.
        Raises HandoverError, which names a file that is gone or was changed, QueryError, SandboxError, ExtraMissing,
        and OSError where it can't be written.
        """
        from sceneseek.handing import exported

        with catalog_of(existing(self._settings.library)) as catalog:
            done = exported(catalog, moments, Path(to), format=format, title=title, handles_s=handles_s, exact=exact)
        for remark in (*done.remarks, *(f"left out: {reason}" for reason in done.left_out)):
            _log.warning(remark)
        return done.file

    @property
    def collections(self) -> "Collections":
        """Moments that are kept together.

        library.collections.create("Openings", library.search("a door opens"), note="for Monday")
        library.collections.show("Openings").moments
        """
        from sceneseek.collected import Collections

        return Collections(lambda: catalog_of(existing(self._settings.library)))

    @property
    def concepts(self) -> "Concepts":
        """Names for what marked moments show, asked for as `concept:name`.

        library.concepts.add("Rex", library.search("a brown dog", limit=3))
        """
        from sceneseek.marked import Concepts

        return Concepts(lambda: catalog_of(existing(self._settings.library)))

    def status(self) -> "Status":
        """What the library holds, in numbers.

            library.status().hours

        Raises NoGeneration where there is no library yet.
        """
        from data.stores.aside import bytes_aside
        from search.service.status import status_of

        place = existing(self._settings.library)
        with catalog_of(place) as catalog:
            return status_of(place, catalog, bytes_used=place.bytes_used(), set_aside=bytes_aside(place))

    def forget(self, path: AnyPath) -> int:
        """Take a file or a folder out of the library until it is indexed by name; says how many files that were.

            library.forget("videos/drafts")

        The videos stay where they are. Raises NoGeneration where there is no library, and LibraryBusy.
        """
        from indexer.settings import IndexSettings
        from indexer.upkeep.forget import forget

        keep = settings_from(IndexSettings).keep_generations
        count, _ = forget(existing(self._settings.library), Path(path), keep_generations=keep, say=_log.warning)
        return count

    def verify(self, *, deep: bool = False) -> "Verification":
        """Check the library against itself and, when `deep`, against the files; it puts nothing right.

            assert not library.verify().problems

        Raises NoGeneration where there is no library, and LibraryBusy.
        """
        from indexer.settings import IndexSettings
        from indexer.upkeep.verify import verify
        from sceneseek.upkeep import own_pair

        place = existing(self._settings.library, without_catalogue=True)
        settings = settings_from(IndexSettings, library=self._settings.library)
        return verify(place, settings, is_deep=deep, open_pair=own_pair(place, settings))

    def close(self) -> None:
        """Let go of all that searches and moments keep open, their processes included.

            library.close()

        The end of `with` does it, too.
        """
        with self._is_opening:
            session, self._session = self._session, None
        if session is not None:
            session.close()

    def _opened(self) -> "Session":
        from sceneseek.session import Session

        with self._is_opening:
            if self._session is None:
                self._session = Session(existing(self._settings.library), self._settings)
            return self._session

    @contextmanager
    def _file(self, video_id: str) -> Iterator[tuple[Path, "Sandbox"]]:
        from sceneseek.content import indexed_file

        session = self._opened()
        with session.decoding() as decoder, indexed_file(session.catalog, video_id) as path:
            yield path, decoder

    def _moment(self, catalog: Catalog, found: "FoundMoment") -> Moment:
        from sceneseek.content import path_of

        return Moment(
            path=path_of(catalog, found.video_id) or Path(found.video),
            video_id=found.video_id,
            start_s=found.start_s,
            end_s=found.end_s,
            best_s=found.best_s,
            score=found.score,
            cosine=found.cosine,
            confidence=found.confidence,
            copies=found.copies,
            why=tuple(Why(**{**each.model_dump(), "marks": tuple(each.marks)}) for each in found.why),
            _opened=self._file,
        )


def _listed(paths: AnyPath | Sequence[AnyPath]) -> list[Path]:
    return [Path(paths)] if isinstance(paths, str | PathLike) else [Path(path) for path in paths]
