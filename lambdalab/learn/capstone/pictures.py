"""M0 and M1: an upload has a result in the second bucket, and it is a small picture of the same thing.

The photos are drawn here and uploaded as anybody would; the map and the story are those that the student sees too. A
thumbnail may be made in any way: its form, its size and its colours on a coarse grid are looked at.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from lambdalab.learn.capstone.looks import Look, Looks, because
from lambdalab.learn.capstone.reasons import missed
from lambdalab.learn.capstone.system import IN, OUT, RESIZE, System
from lambdalab.learn.workbooks.small import alike, fits, form_and_size
from lambdalab.samples import photo
from lambdalab.topology.model import BROKEN, Topology

_LETTER = b"Dear Ngozi, this is no picture."
_QUARTER_TURN = 6  # EXIF's Orientation: to be turned by 90 degrees to the right
_ORIENTATION = 0x0112
_LOOPS = 5  # runs for one upload, from which on the result must be a new upload


# -- M0 ----------------------------------------------------------------------------------------------------------------


def skeleton(system: System) -> Looks:
    """An upload has a result, and both the story and the map tell of it."""
    system.must_have(buckets=True, functions=(RESIZE,))
    key, before = system.key("first.jpg"), system.lab.counts(RESIZE).invocations
    system.upload(key, photo(400, 300))
    runs = system.lab.counts(RESIZE).invocations - before
    there = system.body(key) is not None
    seen = f"`{OUT}` has the key" if there else f"nothing in `{OUT}` under the key" + _afterthought(system, key)
    look = Look(there, "an upload", seen, f"the same key in `{OUT}`", main=True)
    if runs > _LOOPS:
        words = f"One upload, {runs} runs: your result is a new upload."
        where = f"Put it into `{OUT}`, which calls nobody."
        look = because(look, "loops", words, "A function must not write where its own trigger listens.", where)
    yield look
    story = str(system.lab.explain(RESIZE))
    yield Look(key in story, 'lab.explain("resize")', "tells of it" if key in story else "no word of it", "the upload")
    yield _map(system)


def _afterthought(system: System, key: str) -> str:
    """Why there is no thumbnail, as far as it is known."""
    why = missed(system, RESIZE, key)
    return f"; {why}" if why else ""


def _map(system: System) -> Look:
    """The way from one bucket to the other, as `lab.map()` draws it."""
    drawn: Topology = system.lab.topology()
    tried, wanted = "lab.map()", f"arrows from `{IN}` to `{RESIZE}` and on to `{OUT}`"
    for begin, end in ((IN, RESIZE), (RESIZE, OUT)):
        broken = _way(drawn, begin, end)
        if broken is None:
            return Look(False, tried, f"no way from `{begin}` to `{end}`", wanted)
        if broken:
            return Look(False, tried, f"the way from `{begin}` to `{end}` is broken: {broken}", wanted)
    return Look(True, tried, "both buckets, the function, the arrows between them", wanted)


def _way(drawn: Topology, begin: str, end: str) -> str | None:
    """Why the way is broken, "" when it is not; None when there is none."""
    first, last = (
        {node.arn for node in drawn.named(name) if node.kind in ("bucket", "function")} for name in (begin, end)
    )
    for allowed in (False, True):
        found, why = set(first), ""
        while True:
            steps = [a for a in drawn.arrows if a.source in found and a.target not in found]
            steps = [a for a in steps if allowed or a.state != BROKEN]
            if not steps:
                break
            why = next((a.reason for a in steps if a.state == BROKEN), why)
            found |= {a.target for a in steps}
        if found & last:
            return why if allowed else ""
    return None


# -- M1 ----------------------------------------------------------------------------------------------------------------


def thumbnails(system: System) -> Looks:
    """Photos of all kinds become small; what is no photo spoils no other."""
    system.must_have(buckets=True, functions=(RESIZE,))
    yield from _made(system, [("a landscape", "landscape.jpg", photo(600, 300, seed=1), True)])
    kinds = [
        ("a portrait", "portrait.jpg", photo(300, 620, seed=2), False),
        ("a tiny photo", "tiny.jpg", photo(80, 60, seed=3), False),
        ("a PNG with a transparent sky", "clear.png", photo(500, 400, seed=4, form="PNG"), False),
        ("a photo that its camera wants turned (EXIF)", "turned.jpg", turned(photo(640, 400, seed=5)), False),
        ("a blank in the key", "a b.jpg", photo(410, 300, seed=6), False),
        ("a plus in the key", "a+b.jpg", photo(420, 300, seed=7), False),
        ("an umlaut in the key", "grün.jpg", photo(430, 300, seed=8), False),
    ]
    yield from _made(system, kinds)
    letter, after = system.key("letter.jpg"), system.key("after.jpg")
    system.upload(letter, _LETTER)
    made = system.body(letter)
    seen = "nothing was stored" if made is None else "something was stored as its thumbnail"
    yield Look(made is None, "a text named .jpg", seen, "no thumbnail")
    system.calm()
    yield from _made(system, [("a photo after it", "after.jpg", photo(300, 200, seed=9), False)], after)


def turned(body: bytes) -> bytes:
    """The same JPEG with the word of a camera that it has to be turned to the right."""
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(body)) as picture:
        exif = picture.getexif()
        exif[_ORIENTATION] = _QUARTER_TURN
        picture.save(out, "JPEG", exif=exif, quality=90)
    return out.getvalue()


def upright(body: bytes) -> bytes:
    """A picture as a viewer shows it, as a PNG."""
    from PIL import Image, ImageOps

    out = io.BytesIO()
    with Image.open(io.BytesIO(body)) as picture:
        ImageOps.exif_transpose(picture).save(out, "PNG")
    return out.getvalue()


def _made(system: System, photos: Sequence[tuple[str, str, bytes, bool]], key: str = "") -> Looks:
    """Upload one after the other, for which one environment is enough, and look at each thumbnail."""
    for what, name, body, main in photos:
        system.upload(key or system.key(name), body)
        yield small(system, key or system.key(name), body, what, main=main)


def small(system: System, key: str, body: bytes, what: str, *, main: bool = False) -> Look:
    """Whether the thumbnail of an upload is as asked."""
    shown = upright(body)
    _, given = form_and_size(shown)
    found = system.body(key)
    form, got = form_and_size(found)
    share = min(1.0, 200 / max(given))
    wanted = f"JPEG, {round(given[0] * share)} × {round(given[1] * share)}"
    if found is None:
        return Look(False, what, f"nothing in `{OUT}`" + _afterthought(system, key), wanted, main=main)
    seen = f"{form or 'no picture'}" + (f", {got[0]} × {got[1]}" if form else "")
    right = form == "JPEG" and fits(got, given)
    look = Look(right and alike(found, shown), what, seen, wanted, main=main)
    if right and not look.ok:
        idea = "A thumbnail shows what was uploaded, also when it was uploaded a moment ago."
        return because(look, "another-picture", f"The thumbnail of {what} shows another picture.", idea)
    words = f"{what[:1].upper()}{what[1:]}, {given[0]} × {given[1]}, became {seen}."
    if form and form != "JPEG":
        return because(look, "not-a-jpeg", words, "Every thumbnail is a JPEG. It has no transparency.")
    if form and what.endswith("(EXIF)") and fits(got, given[::-1]):
        idea = "A camera may store a photo on its side, with a word that says how to turn it."
        return because(look, "sideways", words, idea, "Look for `exif_transpose` in Pillow.")
    if form and max(got) > max(given):
        return because(look, "enlarged", words, "A thumbnail is never larger than its photo.")
    if form and max(got) <= 200 and abs(given[0] / given[1] - got[0] / got[1]) > 0.05:
        return because(look, "squashed", words, "Width and height shrink by the same share.")
    return look
