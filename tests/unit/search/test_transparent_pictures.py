from io import BytesIO

import pytest
from PIL import Image

from search.query.pictures import decoded


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_hidden_colours_of_a_picture_are_black(mode: str) -> None:
    image = Image.new("RGBA", (8, 8), (255, 255, 255, 0))
    image.paste((255, 255, 255, 255), (4, 0, 8, 8))
    image = image.convert(mode) if mode != "P" else image.quantize(4)
    file = BytesIO()
    image.save(file, "PNG")
    pixels = decoded(file.getvalue())
    assert pixels[:, :4].max() == 0
    assert pixels[:, 4:].min() == 255
