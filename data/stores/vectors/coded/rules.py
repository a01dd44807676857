"""How thoroughly codes are made and searched, by the number of clips; docs/scale.md has what each was measured at."""

import math

FEW = 50_000
"""So many half floats are compared one by one in the time of a search for codes: exactly, then."""
# Lists are about so many times the root of the clips: finding the right ones then costs less than looking through them.
_LISTS = 4
# A list of fewer has no middle to speak of, and more of it change nothing when lists are chosen.
_LEAST_OF_LIST, _POINTS_OF_LIST = 39, 32
# Lists that are looked through, and of what passes a filter so many times as many.
_PROBES, _MORE_PROBES = 160, 16


def lists_for(count: int) -> int:
    """Into how many lists so many clips are sorted: a power of two."""
    most = max(1, count // _LEAST_OF_LIST)
    return 1 << int(math.log2(min(max(1.0, _LISTS * math.sqrt(count)), most)))


def points_for(lists: int) -> int:
    """Of how many clips they are learned."""
    return _POINTS_OF_LIST * lists


def candidates_for(k: int) -> int:
    """How many clips are compared by their half floats where `k` are asked for."""
    return 2 * k + 100


def probes_for(k: int, lists: int, *, count: int, found: int) -> int:
    """How many lists are looked through for `k` of the `found` clips that pass a filter, of `count`."""
    share = found / max(count, 1)
    filtered = _PROBES * min(_MORE_PROBES, 1 / max(share, 1e-9))
    # As many as hold several times what is asked for, whatever that is.
    holding = 4 * candidates_for(k) * lists / max(found, 1)
    return min(lists, math.ceil(max(filtered, holding)))
