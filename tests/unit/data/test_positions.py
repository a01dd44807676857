import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from data.stores.vectors.positions import Positions

IDS = arrays(np.int64, st.integers(0, 50), elements=st.integers(-(2**63), 2**63 - 1), unique=True)


@given(IDS, IDS)
def test_positions_are_those_of_the_ids_that_are_there_in_the_order_asked(
    here: np.ndarray, elsewhere: np.ndarray
) -> None:
    elsewhere = elsewhere[~np.isin(elsewhere, here)]
    wanted = np.random.default_rng(len(here)).permutation(np.concatenate([here[::2], elsewhere]))
    found = Positions(here).find(wanted)
    assert here[found[found >= 0]].tolist() == [each for each in wanted.tolist() if each in set(here.tolist())]
