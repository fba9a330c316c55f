"""Each lesson in a real browser: it draws what is stored, its forms answer, and it asks no other machine.

One lesson runs whole in JupyterLab and is photographed to build/screenshots; nbval runs every cell of all of them.
"""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell
from playwright.sync_api import Page as Browsed
from playwright.sync_api import expect

from lambdalab.teach import course, review_shape, shape
from lambdalab.teach.course import Kind, Page
from tests.browser import axe, jupyter
from tests.browser.conftest import ROOT
from tests.teach.made import code, save, text

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LESSONS = [pytest.param(page, id=page.name) for page in course.load(ROOT).of(Kind.LESSON)]

FORMS = ("recall", "predict", "review")
"""The first of them in a lesson stands in the cell that imports them."""
QUESTIONS = "from lambdalab.learn import predict, recall\npredict('01-2')\nrecall('01')"
WHERE = """() => { const { activeCellIndex, mode, widgets } = jupyterapp.shell.currentWidget.content;
    return [activeCellIndex, mode, widgets.length] }"""
FOCUSED = "() => document.activeElement.innerText.trim()"
NO_FORMS = ("concurrency_explorer", "keep_alive_explorer", "transfer")
MORE = (
    "%%deploy hello\ndef handler(event, context):\n    return 'hello'",
    "from lambdalab.learn import check, hint\nhint('09.1')\ncheck('09.1')",
    "import boto3\nboto3.client('s3').create_bucket(Bucket='walk')\nlab.trigger('s3:walk', 'hello')",
    "boto3.client('s3').put_object(Bucket='walk', Key='a', Body=b'a')\nlab.function('hello').wait()",
    "lab.map('hello', last=1)",
    "lab.console('hello')",
)
# What the Tab key has to reach, in the order of the page, and to which of our things each belongs. The buttons of a
# group of radio buttons with one name are one stop.
STOPS = """() => {
    const all = document.querySelectorAll(
        '.jp-OutputArea :is(a[href], button, input, select, textarea, summary, [tabindex])');
    window.stops = [...all].filter(it => it.tabIndex >= 0 && !it.disabled && it.checkVisibility());
    return stops.map(it => it.closest('.ll-form, .ll-ex, .ll-film, .ll-console, details')
        ?.className.match(/ll-(form|ex|film|console)/)?.[0] ?? it.closest('details')?.localName ?? it.outerHTML);
}"""
STOP = """() => {
    const it = document.activeElement, { outlineStyle, outlineWidth } = getComputedStyle(it);
    const here = [...stops.keys()].filter(at => stops[at] === it || (
        it.type === 'radio' && it.name && stops[at].name === it.name && stops[at].form === it.form));
    return [here, outlineStyle === 'none' ? 0 : parseFloat(outlineWidth)];
}"""
TO_THE_TOP = """() => { const { content } = jupyterapp.shell.currentWidget;
    content.activeCellIndex = 0;
    content.activeCell.node.focus() }"""
WHO = "() => document.activeElement.outerHTML.slice(0, 200)"
OUTSIDE = 'from IPython.display import HTML\nHTML(\'<img alt="none" src="http://192.0.2.1/a.png">\')'


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_drawn_as_stored_its_forms_can_be_clicked_and_it_asks_no_other_machine(
    lesson: Page, desk: jupyter.Desk
) -> None:
    notebook = course.read(lesson.path)
    forms = sorted({position for name in FORMS for position, _, _ in shape.calls(notebook, name)})
    seen = desk.visit(lesson.name, forms)
    assert seen.findings(lesson.name) == []
    asked = len(shape.predictions(notebook)) + review_shape.questions(notebook)
    assert seen.driven == asked > 0, "a prediction or a question cannot be clicked"


def test_a_whole_lesson_runs_in_jupyterlab_and_is_photographed(desk: jupyter.Desk) -> None:
    seen = desk.visit("notebooks/01_what_is_lambda.ipynb", pictures=ROOT / "build" / "screenshots")
    assert seen.findings("01") == []
    assert (seen.figures, seen.driven) == (1, 4)
    assert len(seen.pictures) > 5 and all(path.stat().st_size > 5_000 for path in seen.pictures)


def test_the_keyboard_alone_answers_a_prediction_opens_an_answer_and_leaves_the_cell_in_place(
    desk: jupyter.Desk, jupyterlab: jupyter.Server
) -> None:
    save(jupyterlab.root / "04_keys.ipynb", text("# Keys"), code(QUESTIONS), text("after"))
    page = desk.page
    with desk.open("04_keys.ipynb", [2]):
        form = page.locator(".ll-form")
        assert axe.violations(page, ".jp-OutputArea") == []
        radios = form.get_by_role("radio")
        radios.first.focus()
        assert page.evaluate(WHERE) == [1, "command", 3]
        page.keyboard.press("ArrowDown")
        expect(radios.nth(1)).to_be_checked()
        page.keyboard.press("ArrowDown")
        expect(radios.nth(2)).to_be_checked()
        page.keyboard.press("ArrowUp")
        expect(radios.nth(1)).to_be_checked()
        assert page.evaluate(WHERE) == [1, "command", 3]
        for button, key in (("quite", "Space"), ("Save my answer", "Enter")):
            for _ in range(radios.count() + 2):
                if page.evaluate(FOCUSED) != button:
                    page.keyboard.press("Tab")
            assert page.evaluate(FOCUSED) == button
            page.keyboard.press(key)
        expect(form.get_by_role("status")).to_contain_text('predict("01-2", "b", sure="quite")')
        page.keyboard.press("d")
        page.keyboard.press("d")  # JupyterLab's command that deletes a cell
        answer = page.locator("details").first
        answer.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(answer).to_have_attribute("open", "")
        page.keyboard.press("ArrowDown")
        assert page.evaluate(WHERE) == [1, "command", 3]


def test_the_tab_key_reaches_all_of_ours_in_a_lesson_in_order_with_a_visible_focus_and_keys_work_it(
    desk: jupyter.Desk, jupyterlab: jupyter.Server
) -> None:
    lesson = course.read(ROOT / "notebooks" / "09_scaling_and_concurrency.ipynb")
    lesson.cells[-1:-1] = [new_code_cell(source) for source in MORE]
    course.write(jupyterlab.root / "05_walk.ipynb", course.as_text(lesson))
    ours = {position for name in (*FORMS, *NO_FORMS) for position, _, _ in shape.calls(lesson, name)}
    made = range(len(lesson.cells) - len(MORE), len(lesson.cells))
    page = desk.page
    with desk.open("05_walk.ipynb", sorted(ours | {*made})) as seen:
        assert seen.findings("walk") == []
        kinds = page.evaluate(STOPS)
        assert set(kinds) >= {"ll-form", "ll-ex", "ll-film", "ll-console", "details"}
        page.evaluate(TO_THE_TOP)
        reached: list[int] = []
        while len(reached) < len(kinds):
            page.keyboard.press("Tab")
            here, ring = page.evaluate(STOP)
            if not here and not reached:
                continue  # links of the text before the first output
            assert not here or here[0] == len(reached), f"the focus goes to {page.evaluate(WHO)}"
            reached += here
            if here:
                assert ring >= 3, f"the focus cannot be seen: {page.evaluate(WHO)}"
                if kinds[here[0]] != "ll-console":  # tests/browser/test_console.py works that
                    works(page, len(here))
        assert reached == [*range(len(kinds))]
        page.keyboard.press("Tab")
        assert page.evaluate(STOP)[0] == [], "the focus stays in the last output"
        expect(page.locator(".ll-form [role=status]", has_text="Saved: ")).to_have_count(len(shape.predictions(lesson)))
        assert page.evaluate(WHERE)[1:] == ["command", len(lesson.cells)]


def works(page: Browsed, group: int) -> None:
    """What has the focus does what it is for, when its key is pressed."""
    before = page.evaluate_handle("() => document.activeElement")
    kind = before.evaluate("it => it.type ?? it.localName")
    page.keyboard.press({"radio": "ArrowRight" if group > 1 else "Space"}.get(kind, "Enter"))
    if kind == "radio":
        assert page.evaluate("() => document.activeElement.checked")
        assert before.evaluate("it => it === document.activeElement") == (group == 1)
    if kind == "summary":
        assert before.evaluate("it => it.parentElement.open")


def test_an_error_and_a_request_to_another_machine_are_seen(desk: jupyter.Desk, jupyterlab: jupyter.Server) -> None:
    save(jupyterlab.root / "02_bad.ipynb", text("# Bad"), code(OUTSIDE), code("1 / 0"))
    told = "\n".join(desk.visit("02_bad.ipynb").findings("bad"))
    assert "bad, cell 3: raised ZeroDivisionError" in told
    assert "asked http://192.0.2.1/a.png, which is another machine" in told


def test_a_magic_that_fails_is_seen_with_the_cells_it_kept_from_running(
    desk: jupyter.Desk, jupyterlab: jupyter.Server
) -> None:
    save(jupyterlab.root / "03_magic.ipynb", text("# Bad"), code("%%nowhere x\ny"), code("1"))
    told = "\n".join(desk.visit("03_magic.ipynb").findings("bad"))
    assert "bad, cell 2: warns: UsageError" in told
    assert "bad, cell 3: was not run" in told
