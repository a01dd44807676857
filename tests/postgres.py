"""A server of PostgreSQL that lives as long as the tests do, in a folder of its own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest

_NUMBERS = count()
PASSWORD = "wit&h /signs@"


@dataclass(frozen=True)
class Server:
    """Its socket lets in anybody, its port who knows the password of "keeper"."""

    folder: Path
    port: int

    def socket_address(self, database: str = "postgres", user: str = "postgres", schema: str | None = None) -> str:
        path = quote(f"-csearch_path={schema}", safe="")
        options = f"&options={path}" if schema else ""
        return f"postgresql://{user}@/{database}?host={self.folder}&port={self.port}{options}"

    def port_address(self, database: str = "postgres", password: str = PASSWORD) -> str:
        return f"postgresql://keeper:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        """The address of a schema that nobody has used."""
        name = f"ground_{next(_NUMBERS)}"
        self.run(f"CREATE SCHEMA {name}")
        return self.socket_address(schema=name)

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """The rows of the last one."""
        import psycopg

        address = f"host={self.folder} port={self.port} user=postgres dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def end_connections(self) -> None:
        """As when a server is started anew."""
        others = "pid <> pg_backend_pid() AND backend_type = 'client backend'"
        self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


def programs() -> Path | None:
    """Where the programs of the newest server are that is installed here."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    return folders[-1].parent if folders else None


@contextmanager
def server() -> Iterator[Server]:
    """Skips where there is none, or nothing that speaks to it."""
    pytest.importorskip("psycopg", reason="psycopg is not installed (pip install -e '.[postgres]')")
    place = programs()
    if place is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="sceneseek-postgres-"))
    try:
        if os.getuid() == 0:
            _give(folder)
        _run([place / "initdb", "-D", folder / "data", "-U", "postgres", "-E", "UTF8", "--auth-local=trust"])
        with _serving(place, folder) as found:
            found.run(f"CREATE ROLE keeper LOGIN PASSWORD '{PASSWORD}'", "CREATE DATABASE kept OWNER keeper")
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _serving(place: Path, folder: Path) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    settings = {"fsync": "off", "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "jit": "off"}
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        command = _as_its_user([place / "postgres", "-D", folder / "data", "-p", str(port), *words])
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        yield _answering(Server(folder, port))
    finally:
        # At once: nobody needs what is in it any more.
        process.send_signal(signal.SIGQUIT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _answering(found: Server) -> Server:
    import psycopg

    until_s = time.monotonic() + 60
    while True:
        try:
            found.run("SELECT 1")
        except psycopg.OperationalError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.1)
        else:
            return found


def _run(command: Sequence[Path | str]) -> None:
    subprocess.run(_as_its_user([*command, "--auth-host=scram-sha-256"]), check=True, capture_output=True, cwd="/")


def _as_its_user(command: Sequence[Path | str]) -> list[str]:
    """A server does not run as root; it ends with whoever started it."""
    own = ("--reuid=postgres", "--regid=postgres", "--clear-groups") if os.getuid() == 0 else ()
    return list(map(str, ["setpriv", "--pdeathsig", "INT", *own, *command]))


def _give(folder: Path) -> None:
    try:
        its = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user for it")
    os.chown(folder, its.pw_uid, its.pw_gid)
    folder.chmod(0o755)
