"""The formats of subtitle files, by their endings."""

FORMATS = {".srt": "srt", ".vtt": "vtt", ".ass": "ass", ".ssa": "ssa"}
EXTENSIONS = frozenset(FORMATS)
