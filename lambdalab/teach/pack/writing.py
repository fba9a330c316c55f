"""Writes the whole pack into a folder: guide, routes, Monday page, pictures, notebooks for the room, student archive.

Everything is made from the course as it stands, so the pack is made again whenever the course changes. Only files that
the pack itself has written are replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lambdalab.facts import prices_date
from lambdalab.show import theme
from lambdalab.teach import bundle, course, variants
from lambdalab.teach.course import Course
from lambdalab.teach.pack import guide, monday, pages, pictures, routes

BLANK = "blank"
ARCHIVE = "student-course.zip"
_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{colours}body{{color:var(--ll-text);background:var(--ll-paper);font:17px/1.45 var(--ll-font);max-width:900px;
margin:1em auto;padding:0 18px}}table{{border-collapse:collapse;width:100%;margin:0 0 1em}}th,td{{text-align:left;
vertical-align:top;padding:4px 12px 4px 0;border-bottom:1px solid var(--ll-grid)}}
pre,code{{font:15px/1.4 var(--ll-mono)}}
pre{{background:var(--ll-panel);padding:8px 12px;overflow-x:auto}}blockquote{{margin:0;padding:0 16px;
border-left:6px solid var(--ll-text)}}a{{color:inherit}}.anchor-link{{display:none}}
tr,pre,blockquote{{break-inside:avoid}}
@media print{{body{{font-size:11pt;margin:0}}.tight{{font-size:10pt;line-height:1.3}}}}</style></head>
<body><main class="{kind}">
{body}
</main></body></html>
"""


def write(book: Course, target: Path) -> Iterator[str]:
    """Write the pack; the names of what was written, in order.

    Raises:
        ValueError: a guide's page does not fit to its lesson, or the folder holds other files.
    """
    _make_room(book, target)
    for name, text in documents(book).items():
        title = text.split("\n", 1)[0].lstrip("# ")
        course.write(target / f"{name}.md", text)
        course.write(target / f"{name}.html", as_html(title, text))
        yield f"{name}.md"
        yield f"{name}.html"
    for picture in pictures.stored(book):
        course.write(target / "pictures" / picture.name, picture.text)
        yield f"pictures/{picture.name}"
    course.write(target / "pictures" / "plotly.min.js", pictures.plotly_script())
    written = variants.write_route(book, target / "route-90", "90")
    yield f"route-90/ ({len(written)} notebooks)"
    made = bundle.files(book)
    for place in (BLANK, ARCHIVE):
        bundle.write(made, target / place, replace=True)
        yield place


def documents(book: Course) -> dict[str, str]:
    """Every text of the pack in Markdown, by its name without an end; `index` leads to the others."""
    found = routes.routes(book)
    ninety = next(route for route in found if route.name == "90 minutes")
    once = (guide.FOLDER / "once.md").read_text(encoding="utf-8").replace("{prices_date}", prices_date())
    made = {
        "monday": monday.page(ninety),
        "once": once,
        "routes": routes_page(found),
        **{f"lesson-{number}": pages.lesson_page(book, number) for number in guide.numbers()},
    }
    lines = [f"- [{text.split(chr(10), 1)[0].lstrip('# ')}]({name}.html)" for name, text in made.items()]
    rest = (
        f"`pictures/`: each lesson's pictures alone. `route-90/`: the notebooks of the short routes. `{BLANK}/`: the "
        f"course without outputs and solutions. `{ARCHIVE}`: the same as one file, for the students."
    )
    return {"index": "# The teacher's pack\n\n" + "\n".join(lines) + f"\n\n{rest}\n", **made}


def routes_page(found: tuple[routes.Route, ...]) -> str:
    """All routes as tables, each with its sum."""
    blocks = ["# Routes through the course"]
    for route in found:
        blocks.append(f"## {route.name[0].upper()}{route.name[1:]}\n\n{route.about}")
        for number, sitting in enumerate(route.sittings, start=1):
            rows = [(block.what, str(block.minutes), " · ".join(block.parts)) for block in sitting]
            rows.append(("**together**", f"**{sum(block.minutes for block in sitting)}**", ""))
            if len(route.sittings) > 1:
                blocks.append(f"**{number} of {len(route.sittings)}**")
            blocks.append(pages.table(("what", "minutes", "sections"), rows))
    return "\n\n".join(blocks) + "\n"


def as_html(title: str, text: str) -> str:
    """A Markdown text as one page, which needs no network and prints well."""
    from nbconvert.filters import markdown2html  # here: it comes with JupyterLab, and loads slowly

    body = markdown2html(text)
    kind = "tight" if title.startswith("Monday") else "page"
    return _HTML.format(title=title, colours=theme.page_css(), kind=kind, body=body)


def _make_room(book: Course, target: Path) -> None:
    if target.resolve() in (book.root.resolve(), *book.root.resolve().parents):
        raise ValueError(f"{target} is where the course is. Choose another folder for the pack.")
    if target.exists() and any(target.iterdir()) and not (target / "monday.md").exists():
        raise ValueError(f"{target} holds files that are no teacher's pack. Choose another folder.")
