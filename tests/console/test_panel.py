"""The panel without a browser: its buttons are pressed as ipywidgets does it, and its HTML is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import ipywidgets
import pytest

from lambdalab import Function, Lab, LabError, images
from lambdalab.console import views
from lambdalab.console.actions import Actions
from lambdalab.console.panel import Panel
from lambdalab.console.tabs import TABS
from lambdalab.functions import deploy as deploy_function
from lambdalab.functions import package
from tests.console.conftest import GREETS

Deploy = Callable[..., Function]


class Driven:
    """A panel, and what can be seen of it."""

    def __init__(self, actions: Actions, name: str) -> None:
        self.panel = Panel(actions, name)

    def open(self, title: str) -> None:
        pages = self.only(ipywidgets.Tab, titles=tuple(tab.title for tab in TABS))
        pages.selected_index = [tab.title for tab in TABS].index(title)

    def only(self, kind: type[Any], **traits: Any) -> Any:
        (found,) = [w for w in self.widgets() if isinstance(w, kind) and self._has(w, traits)]
        return found

    def press(self, words: str) -> None:
        self.only(ipywidgets.Button, description=words).click()

    def fill(self, label: str, value: Any) -> None:
        (found,) = [
            w for w in self.widgets() if not isinstance(w, ipywidgets.Button) and self._has(w, {"description": label})
        ]
        found.value = value

    def html(self) -> str:
        return "\n".join(w.value for w in self.widgets() if isinstance(w, ipywidgets.HTML))

    def widgets(self) -> Iterator[Any]:
        waiting = [self.panel.widget]
        while waiting:
            widget = waiting.pop(0)
            yield widget
            if isinstance(widget, ipywidgets.Tab):
                yield from self._page(widget)
            else:
                waiting = [*getattr(widget, "children", ()), *waiting]

    def _page(self, pages: Any) -> Iterator[Any]:
        """Only the tab that is open can be seen."""
        waiting = [pages.children[pages.selected_index or 0]]
        while waiting:
            widget = waiting.pop(0)
            yield widget
            waiting = [*getattr(widget, "children", ()), *waiting]

    @staticmethod
    def _has(widget: Any, traits: dict[str, Any]) -> bool:
        return all(getattr(widget, name, None) == value for name, value in traits.items())


@pytest.fixture
def driven(actions: Actions, greets: str) -> Driven:
    return Driven(actions, greets)


def test_editing_deploying_and_testing_shows_the_new_answer_and_the_calls(driven: Driven, read_html: Any) -> None:
    driven.fill("Code", GREETS.replace("Hello", "Ahoj"))
    driven.press("Deploy")
    assert "What the button did: 1 boto3 call" in driven.html()
    assert "files: lambda_function.py, 2 lines" in driven.html()
    driven.open("Test")
    driven.fill("Event, as JSON", '{"name": "Ada"}')
    driven.press("Test")
    words = read_html(driven.html()).words
    assert "Ahoj, Ada" in words and "200, answered" in words and "cold start" in words
    assert "Before that: 1 button" in words


def test_an_edit_stays_while_another_tab_is_looked_at(driven: Driven) -> None:
    driven.fill("Code", "half of a thou")
    driven.open("Configuration")
    driven.open("Code")
    assert driven.only(ipywidgets.Textarea).value == "half of a thou"
    driven.fill("Code", GREETS)
    driven.open("Test")
    driven.open("Code")
    assert driven.only(ipywidgets.Textarea).value == GREETS, "an edit that was taken back is none"


def test_each_file_of_a_package_can_be_chosen_and_edited(actions: Actions, greets: str) -> None:
    files: dict[str, str | bytes] = {
        "a.txt": "one",
        "lambda_function.py": "def handler(e, c):\n    return open('a.txt').read()",
        "b.bin": b"\xff\x00",
    }
    boto3.client("lambda").update_function_code(FunctionName=greets, ZipFile=package(files))
    driven = Driven(actions, greets)
    assert driven.only(ipywidgets.Dropdown, description="File").value == "lambda_function.py", (
        "the handler's file first"
    )
    driven.fill("File", "b.bin")
    assert driven.only(ipywidgets.Textarea).disabled and "2 bytes" in driven.only(ipywidgets.Textarea).value
    driven.fill("File", "a.txt")
    driven.fill("Code", "two")
    driven.fill("File", "lambda_function.py")
    driven.press("Deploy")
    assert actions.test(greets, "{}").answer == "two"


def test_an_image_has_no_files_to_edit_and_those_of_another_function_are_not_shown_for_it(
    driven: Driven, lab: Lab
) -> None:
    built = images.build(images.layer({"/var/task/app.py": GREETS}), cmd=["app.handler"])
    uri = images.push(lab.client("ecr"), "console/greets", "v1", built).uri
    lab.client("lambda").create_function(
        FunctionName="imaged", PackageType="Image", Code={"ImageUri": uri}, Role=lab.role
    )
    try:
        driven.press("Refresh")
        driven.fill("Functions", "imaged")
        assert "imaged is a container image, whose files" in driven.html()
        assert (driven.only(ipywidgets.Textarea).value, driven.only(ipywidgets.Textarea).disabled) == ("", True)
        assert driven.only(ipywidgets.Dropdown, description="File").options == ()
    finally:
        lab.function("imaged").delete()
        lab.client("ecr").delete_repository(repositoryName="console/greets", force=True)


def test_what_aws_refuses_is_text_in_the_panel_and_the_input_stays(driven: Driven, read_html: Any) -> None:
    driven.open("Configuration")
    driven.fill("Memory, MB", 99_999)
    driven.press("Save")
    words = read_html(driven.html()).words
    assert "not done" in words and "ValidationException, when calling UpdateFunctionConfiguration" in words
    assert "refused: ValidationException" in words and "Traceback" not in words
    assert driven.only(ipywidgets.IntText, description="Memory, MB").value == 99_999


def test_a_wrong_event_is_explained_under_the_form(driven: Driven, read_html: Any) -> None:
    driven.open("Test")
    driven.fill("Event, as JSON", '{\n  "name": Ada\n}')
    driven.press("Test")
    assert "line 2, column 11" in read_html(driven.html()).words


def test_a_trigger_is_added_from_the_form_and_its_permission_is_shown(
    driven: Driven, greets: str, bucket: str, read_html: Any
) -> None:
    driven.open("Triggers")
    driven.fill("Bucket", bucket)
    driven.fill("Key ends with", ".jpg")
    driven.press("Add trigger")
    html = driven.html()
    assert '<pre class="ll-added"' in html and views.ADDED in html
    assert f"3 boto3 calls, 1 of them {views.ADDED}" in html
    driven.open("Permissions")
    words = read_html(driven.html()).words
    assert f"SourceArn is like arn:aws:s3:::{bucket}" in words and "s3.amazonaws.com" in words


def test_versions_are_published_and_aliases_made_and_moved(driven: Driven, read_html: Any) -> None:
    driven.open("Versions")
    assert "None is published yet" in driven.html()
    driven.press("Publish version")
    driven.fill("New alias", "live")
    driven.press("Create alias")
    driven.press("Move alias")
    assert "live means version 1" in read_html(driven.html()).words
    driven.open("Test")
    driven.fill("Version or alias", "live")
    driven.fill("Event, as JSON", '{"name": "Ada"}')
    driven.press("Test")
    assert "version 1, environment" in read_html(driven.html()).words


def test_what_other_cells_do_is_seen_after_refresh(driven: Driven, deploy: Deploy) -> None:
    deploy(GREETS, name="later")
    assert "later" not in driven.only(ipywidgets.RadioButtons).options
    driven.press("Refresh")
    assert "later" in driven.only(ipywidgets.RadioButtons).options


def test_list_and_menu_are_one_choice(driven: Driven, greets: str, deploy: Deploy) -> None:
    deploy(GREETS, name="second")
    driven.press("Refresh")
    driven.fill("Function", "second")
    assert driven.only(ipywidgets.RadioButtons).value == "second"
    driven.fill("Functions", greets)
    assert driven.only(ipywidgets.Dropdown, description="Function").value == greets


def test_a_function_that_is_gone_is_a_sentence(driven: Driven, greets: str, lab: Lab, read_html: Any) -> None:
    boto3.client("lambda").delete_function(FunctionName=greets)
    driven.open("Configuration")
    assert "ResourceNotFoundException" in read_html(driven.html()).words
    driven.press("Refresh")
    assert greets not in driven.only(ipywidgets.RadioButtons).options
    deploy_function(lab, greets, GREETS)  # the fixture deletes a function of this name


def test_every_input_has_a_label_and_every_button_its_words(driven: Driven) -> None:
    for tab in TABS:
        driven.open(tab.title)
        for widget in driven.widgets():
            if widget.has_trait("description") and not isinstance(widget, ipywidgets.HTML):
                assert widget.description, f"{type(widget).__name__} in {tab.title} has no name"


def test_names_and_texts_cannot_break_out_of_the_page(deploy: Deploy, actions: Actions, read_html: Any) -> None:
    source = "def handler(event, context):\n    print('<script>')\n    return '<b>' + event['name']"
    driven = Driven(actions, deploy(source, name="marked").name)
    driven.open("Test")
    driven.fill("Event, as JSON", '{"name": "<i>&"}')
    driven.press("Test")
    driven.open("Log")
    tags = [tag for tag, _ in read_html(driven.html()).tags]
    assert "script" not in tags and "i" not in tags


def test_the_text_form_holds_the_facts_of_the_tabs_and_the_calls_that_do_the_same(
    actions: Actions, greets: str, bucket: str, lab: Lab
) -> None:
    console = lab.console(greets)
    text = repr(console)
    assert text == console.text()
    assert f"functions: {', '.join(actions.overview().functions)}" in text and f"bucket {bucket}" in text
    for words in ("lambda_function.handler", "128\u00a0MB", "sts:AssumeRole", "$LATEST"):
        assert words in text
    assert f'functions.invoke(FunctionName="{greets}"' in text
    assert console.calls() == f"What the button did: {views.NOTHING_YET}"


def test_a_stored_notebook_keeps_html_and_text_and_no_widget(lab: Lab, greets: str, read_html: Any) -> None:
    bundle = lab.console(greets)._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}, "outside a notebook there is no widget at all"
    assert len(bundle["text/html"]) < 30_000
    assert greets in read_html(bundle["text/html"]).words
    assert lab.console(greets)._repr_mimebundle_() == bundle, "what is stored must not differ from run to run"


def test_an_unknown_function_lists_those_there_are(lab: Lab, greets: str) -> None:
    with pytest.raises(LabError, match=f"no function named 'nobody'. There are: .*{greets}"):
        lab.console("nobody")


def test_a_lab_that_has_ended_is_a_sentence_in_the_panel() -> None:
    lab = Lab()
    driven = Driven(Actions(lab), "")
    lab.stop()
    driven.press("Refresh")
    assert "the lab that this client was made for has ended" in driven.html()


def test_an_empty_lab_says_what_to_do_first() -> None:
    lab = Lab()
    lab.stop()
    lab = Lab()
    assert "Run a %%deploy cell" in Driven(Actions(lab), "").html()
    assert "none yet: run a %%deploy cell" in lab.console().text()
