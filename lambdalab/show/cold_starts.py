"""Cold and warm starts measured here, beside published ones of AWS, in one table that tells them apart.

AWS reports the init of each cold start in that call's REPORT line, and publishes no typical figures. Here what was
measured stands above what others have published, each row with its source. Left out: container images, and the time
before init, in which AWS fetches the code.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence

from lambdalab.facts import fact
from lambdalab.show.numbers import SPACE, milliseconds
from lambdalab.show.picture import Table

_PUBLISHED = {
    "rust_al2023": "Rust",
    "python3_13": f"Python{SPACE}3.13",
    "nodejs22": f"Node.js{SPACE}22",
    "java21": f"Java{SPACE}21",
    "dotnet8": f".NET{SPACE}8",
}


def cold_start_table(init_ms: Sequence[float], warm_ms: Sequence[float]) -> Table:
    """Measured inits and warm durations beside the published ones (lesson 03).

    Args:
        init_ms: the inits of cold starts, in milliseconds.
        warm_ms: the durations of warm calls, in milliseconds.

    Raises:
        ValueError: fewer than two of either.
    """
    if min(len(init_ms), len(warm_ms)) < 2:
        raise ValueError("the middle and the slow end of one number say nothing: give two or more of each")
    inits, warm = sorted(init_ms), sorted(warm_ms)
    version = ".".join(platform.python_version_tuple()[:2])
    own = f"measured here: Python{SPACE}{version}"
    middle, slow = milliseconds(inits[len(inits) // 2]), milliseconds(inits[-2])
    rows = [(own, middle, slow, milliseconds(warm[len(warm) // 2]))]
    for name, words in _PUBLISHED.items():
        p50, p90, p50_warm = (milliseconds(_published(name, key)) for key in ("zip_p50", "zip_p90", "warm_p50"))
        rows.append((f"published: {words}", p50, p90, p50_warm))
    known = fact("cold_start.python3_13.zip_p50")
    caption = (
        f"Init of a small function, and a warm call. Published rows: {known.source}, AWS, 512{SPACE}MB, {known.date}"
    )
    return Table(caption, ("", "init, middle", "init, slow end", "warm, middle"), rows)


def _published(runtime: str, key: str) -> float:
    return float(fact(f"cold_start.{runtime}.{key}").value)
