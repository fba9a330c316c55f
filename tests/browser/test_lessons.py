"""Each lesson in a real browser: it runs, draws, asks no other machine, and is photographed to build/screenshots."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from lambdalab.teach import course, review_shape, shape
from lambdalab.teach.course import Kind, Page
from tests.browser import axe, jupyter
from tests.browser.conftest import ROOT
from tests.teach.made import code, save, text

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LESSONS = [pytest.param(page, id=page.name) for page in course.load(ROOT).of(Kind.LESSON)]

FIGURE = "import plotly.graph_objects as go\ngo.Figure(go.Bar(x=[1, 2], y=[3, 4]))"
CHOICE = "import ipywidgets\nipywidgets.RadioButtons(options=['a', 'b'], description='One')"
QUESTIONS = "from lambdalab.learn import predict, recall\npredict('01-2')\nrecall('01')"
WHERE = """() => { const { activeCellIndex, mode, widgets } = jupyterapp.shell.currentWidget.content;
    return [activeCellIndex, mode, widgets.length] }"""
FOCUSED = "() => document.activeElement.innerText.trim()"
OUTSIDE = 'from IPython.display import HTML\nHTML(\'<img alt="none" src="http://192.0.2.1/a.png">\')'


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_runs_in_jupyterlab_and_asks_no_other_machine(
    lesson: Page, jupyterlab: jupyter.Server, chromium: Browser
) -> None:
    seen = jupyter.visit(jupyterlab, chromium, lesson.name, ROOT / "build" / "screenshots")
    findings = seen.findings(lesson.name)
    assert not findings, "\n".join(findings)
    assert seen.pictures
    notebook = course.read(lesson.path)
    asked = len(shape.predictions(notebook)) + review_shape.questions(notebook)
    assert seen.driven >= asked, "a prediction or a question cannot be clicked"


def test_a_figure_is_drawn_a_choice_is_driven_and_the_whole_notebook_is_photographed(
    jupyterlab: jupyter.Server, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    save(jupyterlab.root / "01_good.ipynb", text("# Good"), *[text("line\n\n" * 30)] * 3, code(FIGURE), code(CHOICE))
    seen = jupyter.visit(jupyterlab, chromium, "01_good.ipynb", tmp_path_factory.mktemp("pictures"))
    assert seen.findings("good") == []
    assert (seen.figures, seen.blank, seen.driven) == (1, 0, 1)
    assert len(seen.pictures) >= 2 and all(path.stat().st_size > 5_000 for path in seen.pictures)


def test_the_keyboard_alone_answers_a_prediction_opens_an_answer_and_leaves_the_cell_in_place(
    jupyterlab: jupyter.Server, chromium: Browser
) -> None:
    save(jupyterlab.root / "04_keys.ipynb", text("# Keys"), code(QUESTIONS), text("after"))
    context = chromium.new_context(viewport={"width": jupyter.WIDTH, "height": jupyter.HEIGHT})
    try:
        page = context.new_page()
        page.set_default_timeout(jupyter.START_SECONDS * 1000)
        page.goto(f"{jupyterlab.address}/doc/tree/04_keys.ipynb")
        page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.context !== undefined")
        page.evaluate(jupyter._RUN_ALL)
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
    finally:
        context.close()


def test_an_error_and_a_request_to_another_machine_are_seen(jupyterlab: jupyter.Server, chromium: Browser) -> None:
    save(jupyterlab.root / "02_bad.ipynb", text("# Bad"), code(OUTSIDE), code("1 / 0"))
    told = "\n".join(jupyter.visit(jupyterlab, chromium, "02_bad.ipynb").findings("bad"))
    assert "bad, cell 3: raised ZeroDivisionError" in told
    assert "asked http://192.0.2.1/a.png, which is another machine" in told


def test_a_magic_that_fails_is_seen_with_the_cells_it_kept_from_running(
    jupyterlab: jupyter.Server, chromium: Browser
) -> None:
    save(jupyterlab.root / "03_magic.ipynb", text("# Bad"), code("%%nowhere x\ny"), code("1"))
    told = "\n".join(jupyter.visit(jupyterlab, chromium, "03_magic.ipynb").findings("bad"))
    assert "bad, cell 2: warns: UsageError" in told
    assert "bad, cell 3: was not run" in told
