"""Event patterns match what AWS's own recordings say they match, and say why they do not."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lambdalab.patterns import InvalidPattern, Pattern


def matches(wanted: list[Any], detail: dict[str, Any], key: str = "key") -> bool:
    return Pattern.parse({"detail": {key: wanted}}).matches({"source": "shop", "detail": detail})


def reason(pattern: Any) -> str:
    with pytest.raises(InvalidPattern) as refused:
        Pattern.parse(pattern if isinstance(pattern, str) else json.dumps(pattern))
    return str(refused.value)


def misses(pattern: dict[str, Any], event: dict[str, Any]) -> str:
    read = Pattern.parse(pattern)
    assert read.matches(event) is (read.misses(event) == "")
    return read.misses(event)


# What matches


def test_the_values_of_a_leaf_are_alternatives_and_all_keys_must_match() -> None:
    pattern = Pattern.parse('{"source": ["shop", "bank"], "detail": {"state": ["paid"]}}')
    assert pattern.matches({"source": "bank", "detail": {"state": "paid"}, "more": 1})
    assert not pattern.matches({"source": "bank", "detail": {"state": "open"}})
    assert not pattern.matches({"source": "post", "detail": {"state": "paid"}})


def test_a_list_in_the_event_matches_if_any_of_its_elements_does() -> None:
    assert matches(["b", "z"], {"key": ["a", "b"]})
    assert not matches(["z"], {"key": ["a", "b"]})


def test_values_under_one_list_must_stand_in_the_same_element_of_it() -> None:
    pattern = Pattern.parse({"items": {"kind": ["pen"], "count": [{"numeric": [">", 5]}]}})
    assert pattern.matches({"items": [{"kind": "cup", "count": 1}, {"kind": "pen", "count": 6}]})
    assert not pattern.matches({"items": [{"kind": "cup", "count": 6}, {"kind": "pen", "count": 1}]})


def test_two_lists_are_independent_of_each_other() -> None:
    pattern = Pattern.parse({"first": ["b"], "second": {"x": [1]}})
    assert pattern.matches({"first": ["a", "b"], "second": [{"x": 1}, {"x": 2}]})


def test_keys_and_strings_are_case_sensitive() -> None:
    assert not matches(["paid"], {"key": "Paid"})
    assert not matches(["paid"], {"Key": "paid"})


def test_a_number_matches_in_any_spelling_but_not_as_a_string() -> None:
    assert matches([300], {"key": 300.0}) and matches([3.0e2], {"key": 300})
    assert not matches([300], {"key": "300"})


def test_true_is_not_one_and_false_is_not_zero() -> None:
    assert matches([True], {"key": True})
    assert not matches([1], {"key": True}) and not matches([False], {"key": 0})


def test_null_matches_only_null_and_an_empty_string_only_the_empty_string() -> None:
    assert matches([None], {"key": None}) and matches([""], {"key": ""})
    for other in ({"key": ""}, {"key": 0}, {"key": []}, {}):
        assert not matches([None], other)
    for other in ({"key": None}, {"key": []}, {}):
        assert not matches([""], other)


def test_a_dotted_key_equals_the_nested_path_on_both_sides() -> None:
    assert Pattern.parse({"detail.order.state": ["paid"]}).matches({"detail": {"order": {"state": "paid"}}})
    assert matches(["paid"], {"key": {"state": "paid"}}, "key.state")
    assert Pattern.parse({"detail": {"order": {"state": ["paid"]}}}).matches({"detail": {"order.state": "paid"}})


def test_of_a_key_that_is_written_twice_the_last_one_counts() -> None:
    pattern = Pattern.parse('{"key": ["a"], "key": ["b"]}')
    assert pattern.matches({"key": "b"}) and not pattern.matches({"key": "a"})


# Operators


def test_prefix_and_suffix_compare_the_ends_of_strings_and_case_counts() -> None:
    assert matches([{"prefix": "img/"}], {"key": "img/cat.jpg"}) and matches([{"suffix": ".jpg"}], {"key": "cat.jpg"})
    assert not matches([{"prefix": "img/"}], {"key": "IMG/cat.jpg"}) and not matches(
        [{"suffix": ".jpg"}], {"key": "a.JPG"}
    )
    assert not matches([{"prefix": "1"}], {"key": 123}) and not matches([{"suffix": "3"}], {"key": 123})


def test_prefix_and_suffix_may_ignore_case() -> None:
    assert matches([{"prefix": {"equals-ignore-case": "eventB"}}], {"key": "EVENTBridge"})
    assert matches([{"suffix": {"equals-ignore-case": ".jpg"}}], {"key": "cat.JpG"})
    assert not matches([{"suffix": {"equals-ignore-case": ".jpg"}}], {"key": "cat.png"})


def test_equals_ignore_case_compares_the_whole_string() -> None:
    assert matches([{"equals-ignore-case": "alice"}], {"key": "ALICE"})
    assert not matches([{"equals-ignore-case": "alice"}], {"key": "Alice B"})
    assert matches([{"equals-ignore-case": ""}], {"key": ""})


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("dir/*.png", "dir/a/b.png", True),
        ("dir/*.png", "dir/.png", True),
        ("dir/*.png", "dir/a.png.txt", False),
        ("*", "", True),
        ("a*b*c", "a--b--c", True),
        ("a*b*c", "a--c--b", False),
        ("a.c", "abc", False),
        (r"\*x", "*x", True),
        (r"\*x", "ax", False),
        (r"a\\*", "a\\b", True),
        ("a*c", "a\nc", True),
    ],
)
def test_a_star_in_a_wildcard_stands_for_any_characters(pattern: str, value: str, fits: bool) -> None:
    assert matches([{"wildcard": pattern}], {"key": value}) is fits


def test_an_empty_prefix_matches_every_string_and_an_empty_wildcard_does_not() -> None:
    assert matches([{"prefix": ""}], {"key": "text"}) and not matches([{"wildcard": ""}], {"key": "text"})
    assert not matches([{"prefix": ""}], {"key": 5}) and not matches([{"prefix": ""}], {})


@pytest.mark.parametrize(
    ("wanted", "fits", "differs"),
    [
        (["=", 5], [5, 5.0], [4, 6]),
        (["<", 5], [4.9, -7], [5]),
        (["<=", 5], [5], [5.1]),
        ([">", 5], [5.1], [5]),
        ([">=", 5], [5], [4.9]),
        ([">", 0, "<=", 5], [1, 5], [0, 6]),
        ([">=", 0, "<", 5], [0, 4], [-1, 5]),
    ],
)
def test_numeric_compares_numbers(wanted: list[Any], fits: list[float], differs: list[float]) -> None:
    assert all(matches([{"numeric": wanted}], {"key": value}) for value in fits)
    assert not any(matches([{"numeric": wanted}], {"key": value}) for value in differs)


def test_numeric_ignores_strings_null_and_true() -> None:
    for other in ("300", None, True, [], {}):
        assert not matches([{"numeric": [">=", 0]}], {"key": other})


def test_numeric_knows_no_number_beyond_five_thousand_millions() -> None:
    assert matches([{"numeric": [">", 0]}], {"key": 5_000_000_000})
    assert not matches([{"numeric": [">", 0]}], {"key": 5_000_000_001})
    assert matches([1_700_000_000_000], {"key": 1_700_000_000_000})  # equality still works


def test_exists_works_on_leaves_and_an_empty_list_does_not_exist() -> None:
    exists, absent = [{"exists": True}], [{"exists": False}]
    for there in (1, None, "", False, ["a"]):
        assert matches(exists, {"key": there}) and not matches(absent, {"key": there})
    for missing in ({}, {"key": []}, {"key": {}}, {"key": {"inner": 1}}):
        assert not matches(exists, missing) and matches(absent, missing)


def test_exists_false_is_met_where_the_parent_is_missing_too() -> None:
    wanted = [{"anything-but": ["roses"]}, {"exists": False}]
    pattern = Pattern.parse({"dynamodb": {"NewImage": {"flower": {"S": wanted}}}})
    assert pattern.matches({"dynamodb": {"NewImage": {"price": {"N": "1"}}}})
    assert not pattern.matches({"dynamodb": {"NewImage": {"flower": {"S": "roses"}}}})


@pytest.mark.parametrize(
    "unwanted",
    ["x", ["x", "y"], {"prefix": "x"}, {"suffix": ["y", "x"]}, {"equals-ignore-case": ["X"]}, {"wildcard": "*x*"}],
)
def test_anything_but_matches_null_and_other_types_but_not_a_missing_key(unwanted: Any) -> None:
    wanted = [{"anything-but": unwanted}]
    assert not matches(wanted, {"key": "x"})
    for other in ("other", None, 7, True):
        assert matches(wanted, {"key": other})
    assert not matches(wanted, {}) and not matches(wanted, {"key": []})


def test_anything_but_takes_numbers_too() -> None:
    assert not matches([{"anything-but": 123}], {"key": 123.0}) and matches([{"anything-but": 123}], {"key": "123"})
    assert not matches([{"anything-but": [1, 2]}], {"key": 2}) and matches([{"anything-but": [1, 2]}], {"key": 0})


@pytest.mark.parametrize("block", ["10.0.0.0/24", "10.0.0.0/8", "192.168.4.128/25", "0.0.0.0/0", "2001:db8::/32"])
@given(number=st.integers(0, 2**32 - 1))
def test_cidr_matches_the_addresses_that_pythons_own_networks_contain(block: str, number: int) -> None:
    network = ipaddress.ip_network(block)
    address = ipaddress.ip_address(number if network.version == 4 else number << 96)
    assert matches([{"cidr": block}], {"key": str(address)}) is (address in network)
    assert matches([{"cidr": block}], {"key": str(network[-1])})


def test_cidr_ignores_what_is_no_address() -> None:
    for other in (123, "10.0.0", "host", None, "::1"):
        assert not matches([{"cidr": "10.0.0.0/8"}], {"key": other})


def test_or_takes_whole_objects_as_alternatives_beside_keys_that_must_match() -> None:
    either = [{"total": [{"numeric": [">=", 100]}]}, {"vip": [True], "state": ["paid"]}]
    pattern = Pattern.parse({"source": ["shop"], "detail": {"$or": either}})
    assert pattern.matches({"source": "shop", "detail": {"total": 100}})
    assert pattern.matches({"source": "shop", "detail": {"total": 1, "vip": True, "state": "paid"}})
    assert not pattern.matches({"source": "shop", "detail": {"total": 1, "vip": True}})
    assert not pattern.matches({"source": "bank", "detail": {"total": 100}})


values = st.none() | st.booleans() | st.integers(-50, 50) | st.text(max_size=4)


@given(values, values)
def test_anything_but_is_the_opposite_of_equality_where_there_is_a_value(one: Any, other: Any) -> None:
    assume(isinstance(one, str) or (isinstance(one, int) and not isinstance(one, bool)))
    assert matches([one], {"key": other}) is not matches([{"anything-but": one}], {"key": other})


@given(st.dictionaries(st.sampled_from("abc"), st.lists(values, min_size=1, max_size=3), min_size=1))
def test_a_pattern_made_of_an_events_own_values_matches_it(event: dict[str, list[Any]]) -> None:
    assert Pattern.parse({key: seen[:1] for key, seen in event.items()}).matches(event)


# Refusals: the sentences that were recorded from AWS, and those of AWS's own published library


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ({"source": "shop"}, '"source" must be an object or an array'),
        ({"int": 42}, '"int" must be an object or an array'),
        ({"resources": []}, "Empty arrays are not allowed"),
        ({"detail": {}}, "Empty objects are not allowed"),
        ({}, "Empty objects are not allowed"),
        (["not", "an", "object"], "Filter is not an object"),
        ({"key": [{"EXISTS": True}]}, "Unrecognized match type EXISTS"),
        ({"key": [{"NUMERIC": ["=", 5]}]}, "Unrecognized match type NUMERIC"),
        ({"key": [{}]}, "Match expression name not found"),
        ({"key": [["x"]]}, "Match value must be String, number, true, false, or null"),
        ({"key": [{"prefix": "a", "suffix": "b"}]}, "Only one key allowed in match expression"),
        ({"key": [{"prefix": 123}]}, "prefix match pattern must be a string"),
        ({"key": [{"prefix": ["a"]}]}, "prefix match pattern must be a string"),
        ({"key": [{"suffix": 123}]}, "suffix match pattern must be a string"),
        ({"key": [{"equals-ignore-case": ["a"]}]}, "equals-ignore-case match pattern must be a string"),
        ({"key": [{"equals-ignore-case": {"prefix": "a"}}]}, "equals-ignore-case match pattern must be a string"),
        ({"key": [{"wildcard": 123}]}, "wildcard match pattern must be a string"),
        (
            {"arn": [{"wildcard": "arn:aws:events:us-east-1:**:event-bus/*"}]},
            "Consecutive wildcard characters at pos 26",
        ),
        ({"key": [{"wildcard": "a\\b"}]}, "Invalid escape character at pos 2"),
        ({"key": [{"numeric": 5}]}, "Value of numeric must be an array."),
        ({"key": [{"numeric": [">", 0, ">", 0]}]}, "Bad numeric range operator: >"),
        ({"key": [{"numeric": [">", 0, "<"]}]}, "Value of < must be numeric"),
        ({"key": [{"numeric": ["=", "5"]}]}, "Value of equals must be numeric"),
        ({"key": [{"numeric": [">="]}]}, "Value of >= must be numeric"),
        ({"key": [{"numeric": ["=>", 5]}]}, "Unrecognized numeric range operator: =>"),
        ({"key": [{"numeric": [5]}]}, "Invalid member in numeric match: 5"),
        ({"key": [{"numeric": ["<", 5, ">", 0]}]}, "Too many elements in numeric expression"),
        ({"key": [{"numeric": [">", 0, "<", 5, "<", 6]}]}, "Too many terms in numeric range expression"),
        ({"key": [{"numeric": [">", 6e9]}]}, "Value must be between -5.0E9 and 5.0E9, inclusive"),
        ({"key": [{"exists": "yes"}]}, "exists match pattern must be either true or false."),
        ({"key": [{"cidr": "10.0.0.0"}]}, "Malformed CIDR, one '/' required"),
        ({"key": [{"cidr": "10.0.0.0/xx"}]}, "Malformed CIDR, mask bits must be an integer"),
        ({"key": [{"cidr": "xx.11.xx/8"}]}, "Nonstandard IP address: xx.11.xx"),
        ({"key": [{"cidr": ["10.0.0.0/8"]}]}, "prefix match pattern must be a string"),
        (
            {"key": [{"anything-but": None}]},
            "Value of anything-but must be an array or single string/number value.",
        ),
        (
            {"key": [{"anything-but": {"prefix": {"equals-ignore-case": "f"}}}]},
            "Value of anything-but must be an array or single string/number value.",
        ),
        ({"key": [{"anything-but": {"exists": True}}]}, "Unsupported anything-but pattern: exists"),
        ({"key": [{"anything-but": {"prefix": ""}}]}, "Null prefix/suffix not allowed"),
        ({"key": [{"anything-but": {"suffix": [123, "a"]}}]}, "prefix/suffix match pattern must be a string"),
        ({"key": [{"anything-but": {"wildcard": 123}}]}, "wildcard match pattern must be a string"),
        (
            {"key": [{"anything-but": {"equals-ignore-case": [123, 456]}}]},
            "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
        ),
        (
            {"key": [{"anything-but": ["a", None]}]},
            "Inside anything but list, start|null|boolean is not supported.",
        ),
        (
            {"key": [{"anything-but": ["a", 1]}]},
            "Inside anything but list, either all values are number or string, mixed type is not supported",
        ),
        ({"$or": {"a": [1]}}, "It must be an Array followed with $or."),
        ({"$or": [{"a": [1]}]}, "There must have at least 2 Objects in $or relationship."),
        ({"$or": [{"a": [1]}, 5]}, "Only JSON object is allowed in array of $or relationship."),
        (
            {"$or": [{"a": [1]}, {"prefix": ["x"]}]},
            "prefix is Ruler reserved fieldName which cannot be used inside $or.",
        ),
        (
            "this is no JSON",
            "Unrecognized token 'this': was expecting "
            "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
        ),
        (
            "{'bad': 'quotation'}",
            "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
        ),
    ],
)
def test_what_aws_refuses_is_refused_with_awss_sentence(pattern: Any, said: str) -> None:
    assert reason(pattern) == said


def test_too_many_combinations_are_refused_before_they_are_made() -> None:
    either = [{str(n): [n]} for n in range(10)]
    nested = {f"k{n}": {"$or": either} for n in range(9)}
    assert "more than 1000 ways" in reason(nested)


# Why an event does not match


@pytest.mark.parametrize(
    ("pattern", "event", "said"),
    [
        (
            {"source": ["shop"], "detail": {"total": [{"numeric": [">=", 100]}]}},
            {"source": "shop", "detail": {"total": 99}},
            "the value of detail.total is 99, and the pattern wants numeric >= 100",
        ),
        (
            {"source": ["bank"], "detail": {"total": [1]}},
            {"source": "shop", "detail": {"total": 2}},
            'the value of source is "shop", and the pattern wants "bank"',
        ),
        ({"a": ["x", 3, None]}, {"a": [1, 2]}, 'the values of a are 1 and 2, and the pattern wants "x" or 3 or null'),
        ({"a": ["paid"]}, {"a": "Paid"}, 'the value of a is "Paid", and the pattern wants "paid"; case counts'),
        (
            {"a": [{"suffix": ".jpg"}]},
            {"a": "cat.JPG"},
            'the value of a is "cat.JPG", and the pattern wants suffix ".jpg"; case counts',
        ),
        ({"a": {"b": ["x"]}}, {"a": {}}, 'the event has no a.b, and the pattern wants "x"'),
        (
            {"detail": {"State": ["x"]}},
            {"detail": {"state": "x"}},
            'the event has no detail.State (it has detail.state, and case counts), and the pattern wants "x"',
        ),
        ({"a": [{"exists": True}]}, {"a": []}, "a is empty, which counts as no value, and the pattern wants any value"),
        (
            {"a": [{"exists": True}]},
            {"a": {"b": 1}},
            "a is an object, which has no value of its own, and the pattern wants any value",
        ),
        ({"a": [{"exists": False}]}, {"a": 1}, "the value of a is 1, and the pattern wants no value there"),
        (
            {"a": [{"anything-but": {"prefix": ["x", "y"]}}]},
            {"a": "xa"},
            'the value of a is "xa", and the pattern wants anything but prefix "x" or "y"',
        ),
        (
            {"a": [{"numeric": [">", 0, "<", 5]}]},
            {"a": "3"},
            'the value of a is "3", and the pattern wants numeric > 0 and < 5',
        ),
        (
            {"$or": [{"a": [1]}, {"b": [2]}]},
            {"a": 2},
            "no part of $or matches: the value of a is 2, and the pattern wants 1; "
            "the event has no b, and the pattern wants 2",
        ),
        (
            {"source": ["x"], "$or": [{"a": [1]}, {"b": [2]}]},
            {"source": "y", "a": 1},
            'the value of source is "y", and the pattern wants "x"',
        ),
        (
            {"items": {"kind": ["pen"], "count": [6]}},
            {"items": [{"kind": "pen", "count": 1}, {"kind": "cup", "count": 6}]},
            "each of items.kind and items.count matches by itself, but no one element of the list has all of them",
        ),
    ],
)
def test_a_miss_names_the_first_key_that_differs_and_what_was_wanted_and_seen(
    pattern: dict[str, Any], event: dict[str, Any], said: str
) -> None:
    assert misses(pattern, event) == said


def test_a_match_has_nothing_to_say_and_a_long_value_is_shortened() -> None:
    assert misses({"a": [1]}, {"a": 1}) == ""
    assert len(misses({"a": [1]}, {"a": "x" * 10_000})) < 200


@given(
    st.dictionaries(st.sampled_from("abc"), st.lists(values, min_size=1, max_size=2), min_size=1),
    st.dictionaries(st.sampled_from("abc"), values | st.lists(values, max_size=2)),
)
def test_whatever_does_not_match_has_a_reason_and_whatever_matches_has_none(
    pattern: dict[str, Any], event: dict[str, Any]
) -> None:
    misses(pattern, event)
