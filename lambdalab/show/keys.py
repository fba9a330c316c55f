"""Keys that are pressed in an output stay there.

In an output JupyterLab takes arrow keys and letters for its own commands: an arrow moves to another cell, and "d d" on
a button would delete one. It spares the element that has the focus where that has a certain attribute. HTML brings the
attribute along; widgets cannot, so a line of script sets it. Left out: fields for text, which JupyterLab spares itself.
"""

from __future__ import annotations

_ATTRIBUTE = "data-lm-suppress-shortcuts"
KEPT = f'{_ATTRIBUTE}=""'


def onload(form: str, also: str = "") -> str:
    """The `onload` of a style element inside a form of widgets: what gets the focus in the form keeps its keys.

    Args:
        form: the CSS selector of the form, such as ".ll-form".
        also: a statement for the same moment; `form` is the form's element in it.
    """
    return (
        f"const form=this.closest('{form}');if(form)form.addEventListener('focusin',event=>{{"
        f"if(!event.target.matches(':read-write'))event.target.setAttribute('{_ATTRIBUTE}','');{also}}})"
    )
