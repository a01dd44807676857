"""The SQL catalogue: what was seen where, and what each video holds."""

from data.stores.catalog.catalog import Catalog, RootTaken, open_catalog

__all__ = ["Catalog", "RootTaken", "open_catalog"]
