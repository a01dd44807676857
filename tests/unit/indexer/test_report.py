import io
from pathlib import Path

import pytest

from data.types import State
from indexer.progress import Bar, Lines
from indexer.report import Report, report_lines


def test_a_short_run_is_told_in_the_singular_and_in_seconds() -> None:
    report = Report(files=1, indexed=1, clips=1, hours=12 / 3600, seconds=3.0)
    assert report_lines(report.as_json()) == [
        "1 file: 1 indexed",
        "1 clip, 12 s of video, added in 3.0 s (4× realtime)",
    ]


def test_every_outcome_is_told_by_its_name() -> None:
    report = Report(files=9, partial=1, failed=2, skipped=1, duplicates=2, gone=3, clips=0, seconds=1.0)
    assert report_lines(report.as_json()) == ["9 files: 1 partly read, 2 failed, 1 skipped, 2 duplicates, 3 gone"]
    assert report_lines(Report(seconds=0.1).as_json()) == ["0 files: nothing new"]


@pytest.mark.parametrize(("state", "said"), [("failed", "failed"), ("skipped", "skipped"), ("partial", "partly read")])
def test_trouble_says_what_became_of_the_file(state: State, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Bar().trouble(Path("/a [b].mp4"), state, "probe", "the reason")
    assert capsys.readouterr().err == f"{said}: /a [b].mp4: probe: the reason\n"
    out = io.StringIO()
    Lines(out).trouble(Path("/a.mp4"), state, "probe", "the reason")
    assert f'"state": "{state}"' in out.getvalue()
