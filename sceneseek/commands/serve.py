"""Commands that start a server."""

from typing import Annotated

import typer

from sceneseek.commands.options import LibraryOption
from sceneseek.commands.printing import say


def serve(
    host: Annotated[str, typer.Option(help="Address to bind; others than loopback need a key.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to bind.")] = 8000,
    library: LibraryOption = None,
) -> None:
    """Answer queries over HTTP."""
    from sceneseek.settings import settings_from
    from search.service.api import create_app
    from search.service.boundary.access import check_bind
    from search.service.boundary.connections import serve as run
    from search.service.boundary.listening import listening
    from search.service.settings import ServiceSettings

    settings = settings_from(ServiceSettings, library=library)
    check_bind(host, settings.key)
    with listening(host, port) as opened:
        say(f"serving {settings.library} on http://{host}:{opened.getsockname()[1]}")
        app = create_app(settings)
        app.state.service.start_soon()
        run(app, opened)


def ui(
    host: Annotated[str, typer.Option(help="Address to bind; others than loopback need a password.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to bind.")] = 8501,
    library: LibraryOption = None,
) -> None:
    """Open the web page's server, and start the service when none answers."""
    from sceneseek.settings import settings_from
    from ui.launch import launch
    from ui.settings import PageSettings

    settings = settings_from(PageSettings)
    page = launch(host=host, port=port, service_url=settings.service_url, password=settings.password, library=library)
    raise typer.Exit(page)
