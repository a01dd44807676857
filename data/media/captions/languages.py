"""The tag of a language, from the many ways in which files and tracks name it."""

import re

# ISO 639-1, both forms of 639-2, and the English name; others keep the tag that they come with.
_NAMES = """
    ar ara arabic|bg bul bulgarian|bn ben bengali|ca cat catalan|cs ces cze czech|cy cym wel welsh|da dan danish
    de deu ger german|el ell gre greek|en eng english|es spa spanish|et est estonian|eu eus baq basque
    fa fas per persian|fi fin finnish|fr fra fre french|ga gle irish|gl glg galician|he heb hebrew|hi hin hindi
    hr hrv croatian|hu hun hungarian|hy hye arm armenian|id ind indonesian|is isl ice icelandic|it ita italian
    ja jpn japanese|ka kat geo georgian|ko kor korean|lt lit lithuanian|lv lav latvian|mk mkd mac macedonian
    ms msa may malay|nb nob|nl nld dut dutch|nn nno|no nor norwegian|pl pol polish|pt por portuguese
    ro ron rum romanian|ru rus russian|sk slk slo slovak|sl slv slovenian|sq sqi alb albanian|sr srp serbian
    sv swe swedish|ta tam tamil|te tel telugu|th tha thai|tr tur turkish|uk ukr ukrainian|ur urd urdu
    vi vie vietnamese|zh zho chi chinese
"""
_TAGS = {name: names.split()[0] for line in _NAMES.splitlines() for names in line.split("|") for name in names.split()}
# The English name is the last one, where there is any.
_ENGLISH = {tag: name.title() for name, tag in _TAGS.items() if len(name) > 3}
_TAG = re.compile(r"([a-z]{2,3}|[a-z]{4,12})(?:[-_]([a-z]{4}|[a-z]{2}|\d{3}))?", re.IGNORECASE)


def language_named(name: str) -> str | None:
    """ "pt-BR" of "por_br" or "pt-BR", "en" of "English"; None of what is no language."""
    found = _TAG.fullmatch(name.strip())
    tag = _TAGS.get(found[1].lower()) if found else None
    if found is None or tag is None or not found[2]:
        return tag
    more = found[2].title() if len(found[2]) == 4 else found[2].upper()
    return f"{tag}-{more}"


def english_name(tag: str) -> str:
    """ "Portuguese (BR)" of "pt-BR"; of a language that has no name here, its tag."""
    language, _, kind = tag.partition("-")
    name = _ENGLISH.get(language)
    return tag if name is None else f"{name} ({kind})" if kind else name
