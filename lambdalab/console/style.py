"""The console's style sheet: layout only, every colour is one of the theme's custom properties.

The panel is 900 px wide. Below 700 px of its own width, not of the window's, the list at the side becomes a menu.
Targets are 44 px high, the focus ring is the theme's. Left out: a look of AWS's.
"""

from __future__ import annotations

from urllib.parse import quote

from lambdalab.show import glyphs, keys, theme

NARROW = 700  # pixels of the panel's own width


def _mask(name: str) -> str:
    """A glyph as a mask, so that it takes the colour of the text beside it."""
    drawn = glyphs.svg(name).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return f'url("data:image/svg+xml,{quote(drawn.replace("currentColor", "black"))}")'


_SHEET = """
.ll.ll-console{container-type:inline-size;border:1.5px solid var(--ll-axis);padding:0;margin:6px 0;overflow:visible;
--jp-widgets-color:var(--ll-text);--jp-widgets-label-color:var(--ll-text);--jp-widgets-font-size:16px;
--jp-widgets-readout-color:var(--ll-text);--jp-ui-font-size1:16px;
--jp-widgets-input-color:var(--ll-text);--jp-widgets-input-background-color:var(--ll-paper);
--jp-widgets-input-border-color:var(--ll-axis);--jp-widgets-input-focus-border-color:var(--ll-text);
--jp-widgets-inline-height:44px;--jp-widgets-inline-label-width:150px;--jp-widgets-inline-width:100%;
--jp-widgets-horizontal-tab-width:auto;--jp-widgets-horizontal-tab-height:44px;--jp-widgets-horizontal-tab-top-border:0;
--jp-ui-font-color1:var(--ll-text);--jp-ui-font-color0:var(--ll-text);
--jp-layout-color1:var(--ll-paper);--jp-layout-color2:var(--ll-panel);--jp-border-color1:var(--ll-axis);
--jp-content-font-color1:var(--ll-text);--jp-widgets-container-padding:0}
.ll-console .jupyter-widgets{margin:0;max-width:100%}
.ll-console .widget-html,.ll-console .widget-html-content{height:auto;width:100%;line-height:inherit;
font:inherit;color:inherit;overflow:visible}
.ll-console .widget-label{font-size:16px;color:var(--ll-text);text-align:left;width:150px;flex:none;line-height:44px}
.ll-console input:not([type=checkbox]):not([type=radio]),.ll-console select,.ll-console textarea{font-size:16px;
color:var(--ll-text);background-color:var(--ll-paper);border:1.5px solid var(--ll-axis);min-height:44px}
.ll-console textarea{font:16px/1.45 MONO;padding:8px 12px;white-space:pre;overflow:auto;resize:vertical}
.ll-console .widget-dropdown>select{appearance:none;padding:0 36px 0 8px;background-repeat:no-repeat;
background-image:linear-gradient(45deg,transparent 50%,var(--ll-text) 50%),
linear-gradient(-45deg,transparent 50%,var(--ll-text) 50%);background-size:7px 7px;
background-position:calc(100% - 20px) 50%,calc(100% - 14px) 50%}
.ll-console .widget-textarea{height:auto;flex-direction:column}
.ll-console .widget-textarea>.widget-label{width:auto}
.ll-console .widget-textarea textarea{width:100%}
.ll-console .ll-row{gap:12px;flex-wrap:wrap;align-items:center;overflow:visible}
.ll-console .ll-row>.jupyter-widgets{width:auto;flex:1 1 240px}
.ll-console .ll-row>.jupyter-button{flex:none}
.ll-console .ll-row>:not(:first-child)>.widget-label{width:auto;margin-right:8px}
.ll-console button.jupyter-button{width:auto;height:44px;min-height:44px;line-height:40px;padding:0 20px;font-size:16px;
font-weight:700;color:var(--ll-text);background:var(--ll-paper);border:2px solid var(--ll-text);border-radius:4px;
box-shadow:none;overflow:visible}
.ll-console button.jupyter-button.mod-primary{color:var(--ll-paper);background:var(--ll-text)}
.ll-console button.jupyter-button:disabled{opacity:1;border-style:dashed}
.ll-console :focus-visible,.ll-console label:focus-within{outline:3px solid var(--ll-text)!important;outline-offset:2px}
.ll-console .ll-head{background:var(--ll-panel);border-bottom:1.5px solid var(--ll-axis);padding:6px 16px;
align-items:center;overflow:visible}
.ll-console .ll-head{gap:24px}
.ll-console .ll-head>.widget-html{flex:1}
.ll-console .ll-head .ll-top{margin:0;gap:4px 24px}
.ll-console .ll-head .ll-top>*{flex:none}
.ll-console .ll-head .ll-top>:first-child{flex:1 0 auto}
.ll-console .ll-body{overflow:visible;align-items:stretch}
.ll-console .ll-side{width:200px;flex:none;padding:12px;border-right:1.5px solid var(--ll-axis);overflow:visible}
.ll-console .ll-main{flex:1;min-width:0;overflow:visible}
.ll-console .widget-radio{flex-direction:column;width:100%;height:auto}
.ll-console .widget-radio>.widget-label{color:var(--ll-second);line-height:28px;width:auto}
.ll-console .widget-radio-box{height:auto;max-width:none;width:100%;margin:0}
.ll-console .widget-radio-box br{display:none}
.ll-console .widget-radio-box label{display:flex;align-items:center;gap:10px;min-height:44px;height:auto;margin:0 0 4px;
padding:0 8px;border-left:6px solid transparent;font-size:16px;line-height:1.3;white-space:normal;cursor:pointer;
position:relative}
.ll-console .widget-radio-box label::before{content:"";width:24px;height:24px;flex:none;background:currentColor;
mask:FUNCTION center/24px no-repeat}
.ll-console .widget-radio-box label:has(:checked){border-left-color:var(--ll-text);background:var(--ll-panel);
font-weight:700}
.ll-console .widget-radio-box input{position:absolute;inset:0;opacity:0;margin:0;width:100%;height:100%;cursor:pointer}
.ll-console .ll-list{list-style:none;margin:0;padding:0}
.ll-console .ll-list li{padding:8px 0 8px 14px}
.ll-console .ll-map li{display:flex;flex-wrap:wrap;align-items:center;gap:6px 10px;padding-left:0}
.ll-console .ll-map span{display:flex;align-items:center;gap:4px}
.ll-console .ll-map .ll-arrow{flex:0 1 60px;min-width:30px;height:0;
border-top:2.5px solid var(--ll-second);position:relative}
.ll-console .ll-arrow::after{content:"";position:absolute;right:-2px;top:-8px;border:7px solid transparent;
border-left:12px solid var(--ll-second);border-right:0}
.ll-console .ll-g{vertical-align:middle}
.ll-console .ll-wide{overflow-x:auto;overflow-wrap:break-word;font-size:16px}
.ll.ll-console .ll-wide table :is(td,th){padding-right:10px}
.ll-console .ll-menu{display:none}
.ll-console .ll-fields .widget-checkbox{width:auto;flex:0 0 auto;height:44px;margin-right:24px}
.ll-console .widget-checkbox label,.ll-console .widget-label-basic{font-size:16px;color:var(--ll-text);min-height:44px;
line-height:44px;display:flex;align-items:center;gap:10px}
.ll-console .widget-checkbox input{width:22px;height:22px;margin:0;accent-color:var(--ll-text)}
.ll-console .jupyter-widget-tab{overflow:visible;background:none}
.ll-console .jupyter-widget-tab>.lm-TabBar{overflow:visible;min-height:44px;max-height:none;
border-bottom:1.5px solid var(--ll-axis)}
.ll-console .jupyter-widget-tab>.lm-TabBar .lm-TabBar-content{flex-wrap:wrap;align-items:stretch;border:0}
.ll-console .jupyter-widget-tab>.lm-TabBar .lm-TabBar-tab{flex:none;min-width:0;max-width:none;min-height:44px;
height:44px;line-height:40px;padding:0 12px;margin:0;border:0;background:none;color:var(--ll-text);font-size:16px;
border-bottom:6px solid transparent;transform:none;top:0}
.ll-console .jupyter-widget-tab>.lm-TabBar .lm-TabBar-tab::before{display:none}
.ll-console .jupyter-widget-tab>.lm-TabBar .lm-TabBar-tab.lm-mod-current{font-weight:700;
border-bottom-color:var(--ll-text)}
.ll-console .jupyter-widget-tab>.lm-TabBar .lm-TabBar-tabLabel{overflow:visible}
.ll-console .jupyter-widget-tab>.widget-tab-contents{border:0;padding:14px 16px;background:none;color:inherit;
overflow:visible}
.ll-console .ll-tab,.ll-console .ll-fields{gap:10px;overflow:visible}
.ll-console .ll-tab>.jupyter-button{align-self:flex-start}
.ll-console .ll-fields .widget-html{flex-basis:100%}
.ll-console .ll-did{background:var(--ll-panel);border-top:1.5px solid var(--ll-axis);padding:14px 18px 10px}
.ll-console .ll-calls{display:flex;flex-wrap:wrap;gap:4px 28px}
.ll-console .ll-call{flex:1 1 auto;min-width:0;max-width:100%}
.ll.ll-console .ll-did pre{background:none;border:0;padding:0 0 0 12px;overflow-x:auto}
.ll.ll-console .ll-did pre.ll-added{border-left:6px solid var(--ll-text)}
.ll-console pre{max-height:420px;overflow:auto}
.ll-console ol{margin:0;padding-left:1.6em}
@container (max-width:NARROWpx){
.ll-console .ll-body{flex-direction:column}
.ll-console .ll-side{width:auto;border-right:0;border-bottom:1.5px solid var(--ll-axis)}
.ll-console .ll-side .widget-radio,.ll-console .ll-side .ll-sources{display:none}
.ll-console .ll-menu{display:flex}
.ll-console .ll-row>:not(:first-child)>.widget-label{width:150px;margin-right:8px}
.ll-console .ll-call{flex-basis:100%}
}
"""


# Two things that widgets cannot say of themselves, so the style element brings a line of script along: they keep their
# keys, and a live region is only read aloud when it was there before its text changed.
_SCRIPT = keys.onload(
    ".ll-console", also="form.querySelectorAll('.ll-status').forEach(it=>it.setAttribute('role','status'))"
)


def sheet() -> str:
    """The theme's style sheet and the console's own, as one style element, and what widgets cannot say."""
    own = _SHEET.replace("MONO", theme.MONO).replace("FUNCTION", _mask("function")).replace("NARROW", str(NARROW))
    return f'<style onload="{_SCRIPT}">{theme.css()}{own}</style>'
