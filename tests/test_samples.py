"""The pictures of the lessons are real ones, in the sizes asked for, and one of them is really damaged."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from lambdalab.samples import look, photo, photos


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(("width", "height"), [(600, 300), (300, 600), (80, 60), (1, 1)])
def test_a_photo_is_a_jpeg_of_its_size(width: int, height: int) -> None:
    made = opened(photo(width, height))
    made.load()
    assert (made.format, made.size, made.mode) == ("JPEG", (width, height), "RGB")


def test_a_png_has_a_transparent_sky() -> None:
    made = opened(photo(90, 60, form="PNG"))
    assert (made.format, made.mode) == ("PNG", "RGBA")
    assert made.getpixel((0, 0)) == (0, 0, 0, 0)
    assert made.getchannel("A").getextrema() == (0, 255)


def test_the_same_number_draws_the_same_and_another_one_another_landscape() -> None:
    assert photo(60, 40, seed=1) == photo(60, 40, seed=1) != photo(60, 40, seed=2)


def test_all_but_the_damaged_photo_can_be_loaded() -> None:
    good = {key: opened(content) for key, content in photos().items() if key != "damaged.jpg"}
    for picture in good.values():
        picture.load()
    shapes = {(p.width > p.height, max(p.size) > 200) for p in good.values()}
    assert shapes == {(True, True), (False, True), (True, False)}
    with pytest.raises(OSError, match="truncated"):
        opened(photos()["damaged.jpg"]).load()


def test_pictures_are_looked_at_with_their_names_and_sizes_also_as_text() -> None:
    seen = look({"wide.jpg": photo(200, 100), "a & b.png": photo(30, 60, form="PNG")})
    assert repr(seen) == "wide.jpg, 200 × 100\na & b.png, 30 × 60"
    shown = seen._repr_html_()
    assert 'alt="wide.jpg, 200 × 100" src="data:image/jpeg;base64,' in shown
    assert 'alt="a &amp; b.png, 30 × 60" src="data:image/png;base64,' in shown
