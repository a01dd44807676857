import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.boundary.uploads import NoUploads


@pytest.mark.parametrize("session", ["open", "stranger", ""])
def test_files_are_not_taken_beside_the_page(session: str) -> None:
    app = Starlette(
        routes=[Route("/{path:path}", lambda _: PlainTextResponse("kept"), methods=["GET", "PUT"])],
    )
    client = TestClient(NoUploads(app))
    assert client.put(f"/_stcore/upload_file/{session}/1", content=b"x").status_code == 403
    assert client.get("/library").status_code == 200
