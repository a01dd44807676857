"""Small vocabularies of SentencePiece, trained where they are needed."""

import io
from pathlib import Path

import sentencepiece

_LINES = (
    "a dog runs through the snow.",
    "a cat sleeps on a red sofa.",
    "two people cook pasta in a small kitchen.",
    "a man plays the guitar while a woman sings.",
    "children run on the beach and throw a ball.",
    "somebody rides a bicycle down the street.",
    "an aeroplane takes off from a wet runway.",
    "waves break against black rocks under a grey sky.",
    "the goalkeeper jumps and catches the ball with both hands.",
    "a waiter carries six glasses of orange juice.",
    "snow falls quietly on the roofs of the old town.",
    "an excavator digs a trench beside the motorway.",
)
SIZE = 70


def trained(path: Path, size: int = SIZE) -> Path:
    """A vocabulary of so many pieces whose first is padding, as T5's are."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_LINES * 20),
        model_writer=model,
        vocab_size=size,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    path.write_bytes(model.getvalue())
    return path
