"""English words that tell little: those that most sentences have, and those that frame what is asked."""

_COMMON = """
    a about after again all also am an and any are as at be because been before being both but by can could did do does
    doing down each few for from further get gets getting go goes going had has have having he her here hers him his how
    i if in into is it its itself just let like me more most my no nor not now of off on once only or other our out over
    own s same she should so some such t than that the their them then there these they this those through to too under
    until up us very was we were what when where which while who whom why will with would you your
"""
COMMON = frozenset(_COMMON.split())

_FRAMING = """
    ask asks asked clip explain explains explained explaining hear heard line mention mentions mentioned moment part
    read reads reading said say saying says scene show showing shown shows sign speak speaking speaks talk talked
    talking talks tell telling tells text video word words write writes written
"""
FRAMING = frozenset(_FRAMING.split())
"""What may be said, but rather tells where to look: it counts only where it is."""
