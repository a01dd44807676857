import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.uploads import UploadGate


@pytest.mark.parametrize(("session", "status"), [("passed", 200), ("stranger", 403), ("", 403)])
def test_files_are_taken_only_of_sessions_that_have_passed(session: str, status: int) -> None:
    app = Starlette(
        routes=[Route("/{path:path}", lambda _: PlainTextResponse("kept"), methods=["GET", "PUT"])],
    )
    client = TestClient(UploadGate(app, {"passed"}))
    assert client.put(f"/_stcore/upload_file/{session}/1", content=b"x").status_code == status
    assert client.get("/library").status_code == 200
