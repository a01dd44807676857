"""The SQL catalogue: what was seen where, and what each video holds.

`catalog.py` writes, `views.py` and its neighbours read, in portable SQL; what an engine does its own way lies behind
`engines/database.py`, in a file for each that `engines/registry.py` lists.
"""

from data.stores.catalog.catalog import Catalog, open_catalog
from data.stores.catalog.errors import RootTaken

__all__ = ["Catalog", "RootTaken", "open_catalog"]
