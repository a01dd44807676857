"""One server of Milvus, asked in its own words; what it raises is said in ours."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from data.stores.addresses import BadAddress, EngineMissing
from data.stores.vectors.milvus.indexes import Index, index_for, index_of
from data.stores.vectors.store import VectorsGone, VectorsUnavailable

if TYPE_CHECKING:
    from pymilvus import MilvusClient

T = TypeVar("T")
U = TypeVar("U")
Row = Mapping[str, Any]
FIELDS = ("id", "video", "number", "shot", "start_s", "end_s", "bias")
# No answer brings more.
MOST = 16_384
_PATIENCE_S = 30.0
# Into the memory of its machines, whatever size it is.
_LOADING_S = 900.0
_CONNECTING_S = 5.0
_AT_ONCE = 8
_NO_COLLECTION = 100


@dataclass(frozen=True)
class Server:
    """At `http://USER:SECRET@HOST:PORT/DATABASE`, or in a file that ends in `.db` (milvus-lite)."""

    address: str
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_AT_ONCE, "milvus"), repr=False)

    @property
    def place(self) -> str:
        """What a person calls it: without a user and a secret."""
        parts = urlsplit(self.address)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def count(self, name: str) -> int | None:
        """How many clips a collection has, ready to be searched; None where there is none."""
        with self._explained():
            if not self._client.has_collection(name, timeout=_PATIENCE_S):
                return None
            self._client.load_collection(name, timeout=_LOADING_S)
            found = self._client.query(
                name, filter="", output_fields=["count(*)"], consistency_level="Strong", timeout=_PATIENCE_S
            )
            return int(found[0]["count(*)"])

    def names(self, prefix: str) -> list[str]:
        """Of the collections that begin so."""
        with self._explained():
            return sorted(name for name in self._client.list_collections() if name.startswith(prefix))

    def drop(self, name: str) -> None:
        """Whether or not it is there."""
        with self._explained():
            self._client.drop_collection(name, timeout=_PATIENCE_S)

    def make(self, name: str, dim: int, count: int) -> None:
        """An empty collection for so many clips."""
        from pymilvus import DataType

        kinds = dict.fromkeys(FIELDS, DataType.INT64) | {"start_s": DataType.DOUBLE, "end_s": DataType.DOUBLE}
        kinds["bias"] = DataType.FLOAT
        with self._explained():
            index = index_for(self._client.get_server_version(), count)
            schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
            for each, kind in kinds.items():
                schema.add_field(each, kind, is_primary=each == "id")
            schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
            indexes = self._client.prepare_index_params()
            indexes.add_index("vector", index_type=index.kind, metric_type="IP", params=dict(index.making))
            # What is there is never changed: a search need not wait for what others write.
            how = {"consistency_level": "Eventually", "timeout": _PATIENCE_S}
            self._client.create_collection(name, schema=schema, index_params=indexes, **how)

    def put(self, name: str, rows: Sequence[Row]) -> None:
        """Into a collection."""
        with self._explained():
            self._client.insert(name, [dict(row) for row in rows], timeout=_PATIENCE_S)

    def finish(self, name: str) -> None:
        """Whatever was put in stays."""
        with self._explained():
            self._client.flush(name, timeout=_LOADING_S)

    def index(self, name: str) -> Index:
        """What a collection is searched by."""
        with self._explained():
            return index_of(self._client.describe_index(name, "vector")["index_type"])

    def search(self, name: str, query: Sequence[float], k: int, where: str, how: Mapping[str, Any]) -> list[Row]:
        """The nearest first, each with its `distance`."""
        with self._explained():
            found = self._client.search(
                name,
                data=[query],
                limit=k,
                filter=where,
                output_fields=list(FIELDS),
                search_params={"metric_type": "IP", "params": dict(how)},
                timeout=_PATIENCE_S,
            )
            return [{**hit["entity"], "id": hit["id"], "distance": hit["distance"]} for hit in found[0]]

    def rows(self, name: str, where: str, fields: Sequence[str] = FIELDS) -> list[Row]:
        """Those that are as `where` says, in no order."""
        with self._explained():
            how = {"limit": MOST, "timeout": _PATIENCE_S}
            return [dict(row) for row in self._client.query(name, filter=where, output_fields=list(fields), **how)]

    def together(self, ask: Callable[[T], U], each: Sequence[T]) -> list[U]:
        """What `ask` gives for each, several at a time."""
        return [ask(one) for one in each] if len(each) < 2 else list(self._pool.map(ask, each))

    def close(self) -> None:
        """Let go of it."""
        self._pool.shutdown()
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _client(self) -> "MilvusClient":
        _check(self.address)
        # They tell in a log what is raised as well, and what the one in a file has not learnt.
        for name in ("pymilvus", "grpc._server"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        from pymilvus import MilvusClient

        parts = urlsplit(self.address)
        token = ":".join(unquote(each or "") for each in (parts.username, parts.password)) if parts.username else ""
        uri = parts._replace(netloc=parts.netloc.rpartition("@")[2], path="").geturl() if parts.scheme else self.address
        database = parts.path.strip("/") if parts.scheme else ""
        return MilvusClient(uri, token=token, db_name=database, timeout=_CONNECTING_S)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        _check(self.address)
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except MilvusException as error:
            if error.code == _NO_COLLECTION:
                raise VectorsGone(f"{self.place}: {error.message}") from error
            raise VectorsUnavailable(f"{self.place}: {error.message}") from error
        except (grpc.RpcError, OSError) as error:
            raise VectorsUnavailable(f"{self.place}: {error}") from error


def _check(address: str) -> None:
    parts = urlsplit(address)
    is_file = not parts.scheme and address.endswith(".db")
    if not is_file and not (parts.scheme in ("http", "https") and parts.hostname):
        raise BadAddress("SCENESEEK_VECTORS is no address of Milvus: http://HOST:19530 is, or a file that ends in .db")
    for needed, extra in (("pymilvus", "milvus"), *([("milvus_lite", "milvus-lite")] if is_file else [])):
        if find_spec(needed) is None:
            raise EngineMissing(f"vectors in Milvus need an extra: pip install 'sceneseek[{extra}]'")
