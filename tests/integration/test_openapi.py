"""Whatever the OpenAPI schema allows, the service answers without an error of its own."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis

# Else it is loaded, and rewritten by pytest, while the service's thread parses too: Python 3.11 trips over that now and
# then ("AST constructor recursion depth mismatch", gh-106905).
import schemathesis.specs.openapi.schemas
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.small_library import SmallLibrary, colour_pair


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    library = SmallLibrary(tmp_path_factory.mktemp("api"))
    library.add("sea.mp4", [("blue", 4), ("white", 4)])
    library.publish()
    app = create_app(ServiceSettings(library=library.library.folder), open_pair=lambda *_: colour_pair())
    yield schemathesis.openapi.from_asgi("/openapi.json", app)
    app.state.service.close()
    library.close()


def test_no_request_makes_the_service_fail(api: Any) -> None:
    operations = [found.ok() for found in api.get_all_operations()]
    assert len(operations) > 8
    for operation in operations:
        # Its answer has no end.
        if operation.path != "/v1/index/events":
            _try(operation)


def _try(operation: Any) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=operation.as_strategy())
    def answers(case: Any) -> None:
        case.call_and_validate(checks=[not_a_server_error])

    answers()
