"""Says plainly when a query is in a language that the towers do not read."""

import unicodedata

# The commonest short words of languages that share our letters; English ones that look the same are left out.
_FOREIGN = {
    "German": "der das und ein eine einen ist auf mit im vor für von dem zwei",
    "French": "le la les une des est dans avec sur qui deux et du au",
    "Spanish": "el los las una unos y con por que sobre dos niña perro",
    "Italian": "il lo gli una che con sul della nel due e di",
    "Portuguese": "o os uma com por que dois não na em do da",
}
_WORDS = {language: frozenset(words.split()) for language, words in _FOREIGN.items()}


def language_of(text: str) -> str | None:
    """A language other than English that a sentence seems to be in; None when in doubt."""
    letters = [letter for letter in text if letter.isalpha()]
    other = [letter for letter in letters if not unicodedata.name(letter, "LATIN").startswith("LATIN")]
    if letters and 2 * len(other) > len(letters):
        return f"another script ({unicodedata.name(other[0], 'unknown').split()[0].title()})"
    words = text.lower().split()
    counts = {language: sum(word in known for word in words) for language, known in _WORDS.items()}
    likeliest = max(counts, key=lambda language: counts[language])
    return likeliest if counts[likeliest] >= 2 and 4 * counts[likeliest] >= len(words) else None
