"""What every engine that keeps catalogues has to do: a test class of its own derives from this and says where."""

from collections.abc import Iterator

import pytest

from data.stores.catalog import Catalog
from tests.unit.data.catalogue.claims_contract import ClaimsContract
from tests.unit.data.catalogue.collections_contract import CollectionsContract
from tests.unit.data.catalogue.concepts_contract import ConceptsContract
from tests.unit.data.catalogue.contents_contract import ContentsContract
from tests.unit.data.catalogue.ground import Ground, opened
from tests.unit.data.catalogue.keeping_contract import KeepingContract
from tests.unit.data.catalogue.listing_contract import ListingContract
from tests.unit.data.catalogue.places_contract import PlacesContract


class CatalogueContract(
    PlacesContract,
    ListingContract,
    ContentsContract,
    CollectionsContract,
    ConceptsContract,
    ClaimsContract,
    KeepingContract,
):
    """A deriving class has a fixture `ground`."""

    @pytest.fixture
    def catalog(self, ground: Ground) -> Iterator[Catalog]:
        with opened(ground) as catalog:
            yield catalog
