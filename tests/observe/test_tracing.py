"""The trace header is read and written in AWS's form, whatever comes in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lambdalab.observe.tracing import Trace, new_span

AWS = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:1|68fd508a:5"
"""In the form that AWS's documentation shows."""


def test_a_header_of_aws_is_read_and_written_back() -> None:
    trace = Trace.read(AWS)
    assert trace.root == "1-5759e988-bd862e3fe1be46a994272793"
    assert (trace.parent, trace.sampled) == ("53995c3f42cd8ad8", True)
    assert trace.lineage == (("a87bd80c", 1), ("68fd508a", 5))
    assert str(trace) == AWS


@given(st.text())
def test_whatever_comes_in_a_header_with_a_root_goes_out(header: str) -> None:
    trace = Trace.read(header)
    assert Trace.read(str(trace)) == trace
    assert trace.root


def test_each_run_counts_for_its_own_function() -> None:
    trace = Trace.new().enters("arn:a").enters("arn:b").enters("arn:a")
    seen = Trace.read(str(trace.child(new_span())))
    assert (seen.visits("arn:a"), seen.visits("arn:b"), seen.visits("arn:c")) == (2, 1, 0)
    assert seen.without_lineage().visits("arn:a") == 0
    assert seen.root == trace.root
