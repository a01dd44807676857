"""Says plainly when a query is in a language that the towers do not read."""

import re
import unicodedata
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from search.query.spelling import is_english

# Languages that share our letters. Fewer are told apart better: a sentence has few letters to go by.
_NAMES = {
    "en": "English",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "sv": "Swedish",
    "tr": "Turkish",
    "vi": "Vietnamese",
}
# Sentences of English people stay below it: docs/search.md.
_SURE = 0.7
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> str | None:
    """A language other than English that a sentence seems to be in; None when in doubt, as with a single word."""
    letters = [letter for letter in text if letter.isalpha()]
    other = [letter for letter in letters if not unicodedata.name(letter, "LATIN").startswith("LATIN")]
    if letters and 2 * len(other) > len(letters):
        return f"another script ({unicodedata.name(other[0], 'unknown').split()[0].title()})"
    words = _WORD.findall(text.lower())
    # A few words that English has borrowed, or misspelt ones, make no other language.
    if len(words) < 2 or 3 * sum(map(is_english, words)) > 2 * len(words):
        return None
    code, sureness = _identifier().classify(" ".join(words))
    return _NAMES[code] if code != "en" and sureness >= _SURE else None


# It takes 0.4 s and 80 MB, which few who ask in English need.
@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(_NAMES))
    return identifier
