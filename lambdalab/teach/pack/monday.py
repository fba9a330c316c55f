"""The printed Monday page: one sheet with what to type, what to teach, and what to do when one machine fails.

It is made for somebody who has no time. Left out: everything that can be looked up after the class.
"""

from __future__ import annotations

from lambdalab.teach.pack.pages import table
from lambdalab.teach.pack.routes import Route

_SHEET = """# Monday: 90 minutes with AWS Lambda, on one page

**Check each machine** (a minute): `lambdalab doctor`. The last line says that it is ready, or what to fix.

**Start.** In this pack's folder `route-90`: `jupyter lab notebooks/00_start_here.ipynb --ServerApp.root_dir=.`
From the project's folder the whole course starts with `make lab`. Windows and conda: see README.md.

**Run** cells from the top with Shift + Enter. Each notebook starts a lab; close the kernel of the one before.

ROUTE

**At each vote:** alone, two minutes with a neighbour, vote again, then run. Never say who is right before the run.

**One machine fails:** pair up at the next one, and mend it after the class. A cell hangs: *Kernel*, *Restart Kernel*,
run from the top; nothing is lost but the lab's own state. A call to 127.0.0.1 is refused: set
`NO_PROXY=127.0.0.1,localhost`. All machines fail: show one on the projector, and let students vote.

**Many on one hub:** run *ten at once* in one notebook only, on the projector.

**Exit ticket:** a function was called a second ago; now five calls come at the same moment. How many are cold, and why?
(Four: one environment is free.)
"""


def page(ninety: Route) -> str:
    """The sheet in Markdown.

    Args:
        ninety: the route that is taught on Monday.
    """
    rows, minute = [], 0
    for block in ninety.sittings[0]:
        sections = " · ".join(block.parts)
        rows.append((f"{minute}–{minute + block.minutes}", block.what, block.lesson, sections))
        minute += block.minutes
    return _SHEET.replace("ROUTE", table(("minutes", "what", "lesson", "sections"), rows))
