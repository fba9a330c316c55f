"""Answers to the exercises of workbook 11, as students write them; what they are is explained in `answers.py`."""

from __future__ import annotations

from typing import Any

from tests.learn.answers import Answers

MORE_WRONG: dict[str, dict[str, tuple[str, str]]] = {}

_GIVEN = (
    "import math\nimport re\n\nfrom lambdalab.facts import fact, price\n\n"
    'REQUEST = float(price("lambda.requests_per_million")) / 1_000_000\n'
    'GB_SECOND = {"x86_64": float(price("lambda.duration_x86_gb_s")),\n'
    '             "arm64": float(price("lambda.duration_arm64_gb_s"))}\n'
)

# 11.1, the bill of one call

_MS, _MB = (
    r'int(re.search(r"Billed Duration: (\d+) ms", line)[1])',
    r'int(re.search(r"Memory Size: (\d+) MB", line)[1])',
)
_HANDLER = r'float(re.search(r"\tDuration: ([\d.]+) ms", line)[1])'
_INIT = r'float((re.search(r"Init Duration: ([\d.]+) ms", line) or [0, 0])[1])'


def _cost(ms: str = _MS, mb: str = _MB, end: str = "REQUEST + ms / 1000 * mb / 1024 * GB_SECOND[arch]") -> str:
    return f"def call_cost(line, arch):\n    ms = {ms}\n    mb = {mb}\n    return {end}\n"


A_11_1 = Answers(
    given=_GIVEN,
    stub='def call_cost(line, arch):\n    raise NotImplementedError("Exercise 11.1")\n',
    solution=_cost(),
    also_right={
        "fields parted by tabs, decimals": "from decimal import Decimal\n\ndef call_cost(line, arch):\n"
        '    fields = dict(part.split(": ") for part in line.strip().removeprefix("REPORT ").split("\\t"))\n'
        '    ms, mb = (Decimal(fields[name].split()[0]) for name in ("Billed Duration", "Memory Size"))\n'
        '    second = Decimal("0.0000166667") if arch == "x86_64" else Decimal("0.0000133334")\n'
        '    return Decimal("0.20") / 1_000_000 + ms * mb / 1_024_000 * second\n',
        "words, a fraction": "from fractions import Fraction\n\ndef call_cost(line, arch):\n    words = line.split()\n"
        '    ms = int(words[words.index("Billed") + 2])\n    mb = int(words[words.index("Size:") + 1])\n'
        "    return Fraction(REQUEST) + Fraction(ms * mb, 1024 * 1000) * Fraction(GB_SECOND[arch])\n",
        "arm64 for a fifth less": _cost(
            end='REQUEST + ms / 1e3 * mb / 1024 * 0.0000166667 * (0.8 if "arm" in arch else 1)'
        ),
    },
    wrong={
        "nothing-returned": _cost(end="print(REQUEST + ms / 1000 * mb / 1024 * GB_SECOND[arch])"),
        "duration-alone": _cost(_HANDLER),
        "not-rounded-up": _cost(f"{_HANDLER} + {_INIT}"),
        "rounded-twice": _cost(f"math.ceil({_HANDLER}) + math.ceil({_INIT})"),
        "init-twice": _cost(f"{_MS} + {_INIT}"),
        "memory-used": _cost(mb=r'int(re.search(r"Max Memory Used: (\d+) MB", line)[1])'),
        "no-request": _cost(end="ms / 1000 * mb / 1024 * GB_SECOND[arch]"),
        "request-a-million": _cost(end="0.20 + ms / 1000 * mb / 1024 * GB_SECOND[arch]"),
        "one-architecture": _cost(end='REQUEST + ms / 1000 * mb / 1024 * GB_SECOND["x86_64"]'),
        "request-cheaper-too": _cost(
            end='(REQUEST + ms / 1000 * mb / 1024 * GB_SECOND["x86_64"]) * (0.8 if arch == "arm64" else 1)'
        ),
        "milliseconds-as-seconds": _cost(end="REQUEST + ms * mb / 1024 * GB_SECOND[arch]"),
        "gb-of-1000": _cost(end="REQUEST + ms / 1000 * mb / 1000 * GB_SECOND[arch]"),
        "mb-as-gb": _cost(end="REQUEST + ms / 1000 * mb * GB_SECOND[arch]"),
        "a-million-calls": _cost(end="(REQUEST + ms / 1000 * mb / 1024 * GB_SECOND[arch]) * 1_000_000"),
        "rounded": _cost(end="round(REQUEST + ms / 1000 * mb / 1024 * GB_SECOND[arch], 6)"),
    },
    failing={
        "raised": _cost(r'int(re.search(r"Billed: (\d+) ms", line)[1])'),
        "case": _cost(end="0.000000383"),
    },
)
MORE_WRONG["11.1"] = {
    "the first number behind Duration, rounded up": ("duration-alone", _cost(f"math.ceil({_HANDLER})")),
    "init rounded up, again": ("init-twice", _cost(f"{_MS} + math.ceil({_INIT})")),
    "always arm64": ("one-architecture", _cost(end='REQUEST + ms / 1000 * mb / 1024 * GB_SECOND["arm64"]')),
    "two decimals": ("rounded", _cost(end="round(REQUEST + ms / 1000 * mb / 1024 * GB_SECOND[arch], 2)")),
    "a text": ("case", _cost(end='f"{REQUEST + ms / 1000 * mb / 1024 * GB_SECOND[arch]:.9f}"')),
    "the size of the example for all": ("case", _cost(mb="128")),
    "a warm line alone": ("raised", _cost(r'int(re.search(r"Max Memory Used: \d+ MB\t$", line)[0])')),
    "nine decimals": ("rounded", _cost(end="round(REQUEST + ms / 1000 * mb / 1024 * GB_SECOND[arch], 9)")),
    "the course's own function": (
        "borrowed",
        "from lambdalab.models.cost import report_price\n\ndef call_cost(line, arch):\n"
        "    return float(report_price(line, arch))\n",
    ),
    "two mistakes": ("case", _cost(_HANDLER, end="ms / 1000 * mb / 1024 * GB_SECOND[arch]")),
}

# 11.2, tune the power


def _tune(cheapest: str = "min(table, key=lambda mb: (mb * table[mb], table[mb]))", under: str = "") -> str:
    fits = "    fits = {mb: time for mb, time in table.items() if time <= ms}\n"
    return (
        f"def cheapest(table):\n    return {cheapest}\n\ndef cheapest_under(table, ms):\n"
        + fits
        + f"    return {under or 'cheapest(fits) if fits else None'}\n"
    )


_STUB_2 = "\n".join(
    f'def {name}:\n    raise NotImplementedError("Exercise 11.2")\n'
    for name in ("cheapest(table)", "cheapest_under(table, ms)")
)
_USD = "(0.2e-6 + mb / 1024 * table[mb] / 1000 * 0.0000166667)"
A_11_2 = Answers(
    given=_GIVEN,
    stub=_STUB_2,
    solution=_tune(),
    also_right={
        "dollars, in floating point": _tune(f"min(table, key=lambda mb: ({_USD}, -mb))"),
        "sorted rows, the largest first": "def cheapest(table):\n    best = None\n"
        "    for mb, ms in sorted(table.items(), reverse=True):\n"
        "        if best is None or mb * ms < best * table[best]:\n            best = mb\n    return best\n\n"
        "def cheapest_under(table, ms):\n    return cheapest({mb: t for mb, t in table.items() if not t > ms})\n",
        "the limit as an argument, numpy": "import numpy as np\n\ndef cheapest(table, ms=math.inf):\n"
        "    rows = [(mb * t, t, mb) for mb, t in table.items() if t <= ms]\n"
        "    return np.int64(min(rows)[2]) if rows else None\n\ncheapest_under = cheapest\n",
        "a fraction": "from fractions import Fraction\n"
        + _tune("Fraction(min(table, key=lambda mb: (mb * table[mb], table[mb])))"),
        "a decimal number": _tune("float(min(table, key=lambda mb: (mb * table[mb], table[mb])))"),
    },
    wrong={
        "nothing-returned": _tune("print(min(table))"),
        "smallest": _tune("min(table)"),
        "largest": _tune("max(table)"),
        "fastest": _tune("min(table, key=table.get)"),
        "slower-of-equal": _tune("min(table, key=lambda mb: mb * table[mb])"),
        "limit-ignored": _tune(under="cheapest(table)"),
        "cheapest-or-none": _tune(under="cheapest(table) if table[cheapest(table)] <= ms else None"),
        "at-the-limit": _tune(under="cheapest({mb: t for mb, t in fits.items() if t < ms} or {0: 0}) or None"),
        "nothing-left": _tune(under="cheapest(fits)"),
    },
    failing={
        "raised": _tune("min(table, key=lambda mb: tabel[mb])"),
        "case": _tune("min(mb * table[mb] for mb in table)"),
        "next": _tune() + 'def cheapest_under(table, ms):\n    raise NotImplementedError("Exercise 11.2")\n',
        "unwritten": _STUB_2 + "def cheapest_under(table, ms):\n    return None\n",
    },
)
MORE_WRONG["11.2"] = {
    "of equal prices the smaller": ("slower-of-equal", _tune("min(table, key=lambda mb: (mb * table[mb], mb))")),
    "the example's answer": ("case", _tune("128")),
    "the largest, as a fraction": ("largest", "from fractions import Fraction\n" + _tune("Fraction(max(table))")),
    "the three given ones": ("case", _tune("{11700: 1769, 230: 128, 2400: 256}.get(table.get(128), 1769)")),
    "a row instead of a size": ("case", _tune("min(table.items(), key=lambda row: row[0] * row[1])")),
    "never anything": ("case", _tune(under="None")),
    "the second is printed": ("nothing-returned", _tune(under="print(cheapest(fits) if fits else None)")),
    "the fastest that fits": ("case", _tune(under="min(fits, key=fits.get) if fits else None")),
    "the smallest that fits": ("case", _tune(under="min(fits) if fits else None")),
    "a text for nothing": ("case", _tune(under='cheapest(fits) if fits else "none"')),
    "zero for nothing": ("case", _tune(under="cheapest(fits) if fits else 0")),
    "cheapest wrong, and nothing left": (
        "case",
        _tune("min(table, key=lambda mb: mb * table[mb] ** 2)", "cheapest(fits)"),
    ),
    "the last of equal ones": ("case", _tune("min(reversed(table), key=lambda mb: mb * table[mb])")),
    "prices rounded to the dollar": ("case", _tune(f"min(table, key=lambda mb: (round({_USD} * 1e6), table[mb]))")),
}

# 11.3, the whole pipeline

_GIVEN_3 = _GIVEN + (
    'names = ["s3.put_per_thousand", "s3.get_per_thousand", "lambda.requests_per_million",\n'
    '         "lambda.duration_x86_gb_s", "dynamodb.write_per_million", "logs.ingest_gb", "network.egress_gb"]\n'
    "PRICE = {name: float(price(name)) for name in names}\nKB_IN_A_GB = 1024 * 1024\n"
)
_ITEMS = {
    "put": "2 * photos / 1000 * 0.005",
    "get": "photos / 1000 * 0.0004",
    "lambda": "photos * 2e-7 + gb_seconds * 0.0000166667",
    "table": "photos / 1e6 * 0.625",
    "log": 'photos * month["log_kb"] / KB_IN_A_GB * 0.5',
    "egress": "max(0, gb - free) * 0.09",
}
_LARGEST = "max(items(month), key=items(month).get)"


def _pipeline(
    changed: dict[str, str | None] | None = None,
    largest: str = _LARGEST,
    *,
    gb: str = 'photos * month["views"] * month["thumbnail_kb"] / KB_IN_A_GB',
    gb_seconds: str = 'photos * month["ms"] / 1000 * month["memory_mb"] / 1024',
    free: str = '100 if month["free_egress"] else 0',
    photos: str = 'month["photos"]',
    each: str = "{}",
) -> str:
    """The right functions, but for these items; None leaves one out."""
    amounts = {key: text for key, text in (_ITEMS | (changed or {})).items() if text is not None}
    lines = "".join(f'        "{key}": {each.format(text)},\n' for key, text in amounts.items())
    return (
        f"def items(month):\n    photos = {photos}\n    gb_seconds = {gb_seconds}\n    gb = {gb}\n    free = {free}\n"
        f"    return {{\n{lines}    }}\n\ndef largest(month):\n    return {largest}\n"
    )


_STUB_3 = "\n".join(
    f'def {name}(month):\n    raise NotImplementedError("Exercise 11.3")\n' for name in ("items", "largest")
)
_NO = dict.fromkeys(("put", "get", "table", "log", "egress"))
A_11_3 = Answers(
    given=_GIVEN_3,
    stub=_STUB_3,
    solution=_pipeline(),
    also_right={
        "decimals, another order": "from decimal import Decimal as D\n\ndef items(month):\n"
        '    n = D(month["photos"])\n    out = n * month["views"] * month["thumbnail_kb"] / 1024 / 1024\n'
        '    paid = out if not month["free_egress"] else out - min(out, D(100))\n'
        '    return {"egress": paid * D("0.09"), "log": n * month["log_kb"] / 1024 ** 2 / 2,\n'
        '            "table": n * D("0.625") / 10**6, "get": n * D("0.0004") / 1000, "put": n / 100_000,\n'
        '            "lambda": n * (D("2e-7") + D(month["ms"]) * month["memory_mb"] / 1_024_000 * D("166667e-10"))}\n\n'
        "def largest(month):\n    return sorted((usd, key) for key, usd in items(month).items())[-1][1]\n",
        "the course's own library": "from lambdalab.models.months import LambdaMonth, gigabytes, service_month\n"
        "from lambdalab.models.months import month as lambda_month\n\ndef items(month):\n"
        '    n, free = month["photos"], month["free_egress"]\n    bills = {"put": service_month(s3_puts=2 * n),\n'
        '        "get": service_month(s3_gets=n), "table": service_month(dynamodb_writes=n),\n'
        '        "lambda": lambda_month(LambdaMonth(n, month["ms"], month["memory_mb"])),\n'
        '        "log": service_month(log_gb=gigabytes(n * month["log_kb"])),\n'
        '        "egress": service_month(\n'
        '            egress_gb=gigabytes(n * month["views"] * month["thumbnail_kb"]), free_tier=free)}\n'
        "    return {key: bill.usd for key, bill in bills.items()}\n\n"
        "def largest(month):\n    amounts = items(month)\n    return max(amounts, key=lambda key: amounts[key])\n",
        "with the sum as a further key": _pipeline(
            {"together": "0"}, 'max((k for k in items(month) if k != "together"), key=items(month).get)'
        ),
        "fractions": "from fractions import Fraction\n" + _pipeline(each="Fraction({})"),
        "in numpy": "import numpy as np\n" + _pipeline(each="np.float64({})"),
    },
    wrong={
        "nothing-returned": _pipeline(largest="print(1)"),
        "only-lambda": _pipeline({**_NO}),
        "per-million": _pipeline({"put": "2 * photos / 1e6 * 0.005", "get": "photos / 1e6 * 0.0004"}),
        "logs-left-out": _pipeline({"log": "0"}),
        "below-zero": _pipeline({"egress": "(gb - free) * 0.09"}),
        "given-alone": _pipeline(photos="(month := globals().setdefault('first', month))['photos']"),
        "per-thousand": _pipeline({"table": "photos / 1000 * 0.625"}),
        "one-put": _pipeline({"put": "photos / 1000 * 0.005"}),
        "gb-of-1000": _pipeline(gb='photos * month["views"] * month["thumbnail_kb"] / 1e6'),
        "kb-as-mb": _pipeline({"log": 'photos * month["log_kb"] / 1024 * 0.5'}),
        "views-forgotten": _pipeline(gb='photos * month["thumbnail_kb"] / KB_IN_A_GB'),
        "free-forgotten": _pipeline(free="0"),
        "dollars-off": _pipeline({"egress": "max(0, gb * 0.09 - free)"}),
        "free-always": _pipeline(free="100"),
        "no-request": _pipeline({"lambda": "gb_seconds * 0.0000166667"}),
        "compute-free": _pipeline(
            {"lambda": "max(0, photos - 1e6) * 2e-7 + max(0, gb_seconds - 400_000) * 0.0000166667"}
        ),
        "milliseconds-as-seconds": _pipeline(gb_seconds='photos * month["ms"] * month["memory_mb"] / 1024'),
        "mb-of-1000": _pipeline(gb_seconds='photos * month["ms"] / 1000 * month["memory_mb"] / 1000'),
        "rounded": _pipeline(each="round({})"),
        "alphabetical": _pipeline(largest="max(items(month))"),
        "the-amount": _pipeline(largest="max(items(month).values())"),
        "the-given-one": _pipeline(largest='"egress"'),
    },
    failing={
        "raised": _pipeline(gb='photos * month["views"] * month["kb"]'),
        "case": _pipeline({"table": "2 * photos / 1e6 * 0.625"}),
        "shape": "def items(month):\n    return [10, 0.4, 3.53, 0.63, 0.48, 12.46]\n\n"
        'def largest(month):\n    return "egress"\n',
        "next": _pipeline() + 'def largest(month):\n    raise NotImplementedError("Exercise 11.3")\n',
        "unwritten": _STUB_3 + 'def largest(month):\n    return "put"\n',
    },
)
MORE_WRONG["11.3"] = {
    "only Lambda, the rest nothing": ("only-lambda", _pipeline(dict.fromkeys(_NO, "0"))),
    "the log has no key": ("logs-left-out", _pipeline({"log": None})),
    "the table has no key": ("case", _pipeline({"table": None})),
    "the log has another key": ("case", _pipeline({"log": None, "logs": _ITEMS["log"]})),
    "log and egress by a million": ("gb-of-1000", _pipeline().replace("KB_IN_A_GB", "1e6")),
    "one step of 1,000": ("gb-of-1000", _pipeline().replace("KB_IN_A_GB", "(1000 * 1024)")),
    "the printed amounts": (
        "given-alone",
        'def items(month):\n    return {"put": 10, "get": 0.4, "lambda": 3.53, "table": 0.63, "log": 0.48, '
        '"egress": 12.46}\n\ndef largest(month):\n    return "egress"\n',
    ),
    "fractions of a GB of 1,000": (
        "gb-of-1000",
        _pipeline(each="Fraction({})")
        .replace("KB_IN_A_GB", "1e6")
        .replace("def items", "from fractions import Fraction\ndef items"),
    ),
    "rounded to cents": ("rounded", _pipeline(each="round({}, 2)")),
    "texts": ("case", _pipeline(each="str({})")),
    "the pair": ("case", _pipeline(largest="max(items(month).items(), key=lambda row: row[1])")),
    "put where it is nearly as much": ("case", _pipeline(largest='"put" if month["photos"] < 2e6 else "egress"')),
    "the smallest": ("case", _pipeline(largest="min(items(month), key=items(month).get)")),
    "the log of the given month": ("case", _pipeline({"log": "photos / KB_IN_A_GB * 0.5"})),
    "the function of the given month": ("case", _pipeline(gb_seconds="photos * 0.2")),
}

# 11.4, where the server wins


def _even(
    one: str = 'REQUEST + ms / 1000 * mb / 1024 * GB_SECOND["x86_64"]',
    server: str = "730 * server_hour",
    takes: str = "server_rps * 3600 * 730 * hours_a_day / 24",
    end: str = "calls if calls <= takes else None",
) -> str:
    return (
        "def break_even(mb, ms, server_hour, server_rps, hours_a_day=24):\n"
        f"    one = {one}\n    server = {server}\n    takes = {takes}\n    calls = server / one\n    return {end}\n"
    )


A_11_4 = Answers(
    given=_GIVEN,
    stub="def break_even(mb, ms, server_hour, server_rps, hours_a_day=24):\n"
    '    raise NotImplementedError("Exercise 11.4")\n',
    solution=_even(),
    also_right={
        "a whole number": _even(end="math.ceil(calls) if math.ceil(calls) <= takes else None"),
        "by rates, decimals": "from decimal import Decimal as D\n\n"
        "def break_even(mb, ms, server_hour, server_rps, hours_a_day=24):\n"
        '    one = D("2e-7") + D(ms) * mb / 1_024_000 * D("0.0000166667")\n'
        "    busy = 730 * 3600 * D(hours_a_day) / 24\n    rate = D(str(server_hour)) * 730 / one / busy\n"
        "    return None if rate > server_rps else rate * busy\n",
        "by trying, in steps": "def break_even(mb, ms, server_hour, server_rps, hours=24):\n"
        '    one = REQUEST + ms / 1000 * mb / 1024 * GB_SECOND["x86_64"]\n'
        "    takes = server_rps * 3600 * 730 * hours / 24\n    calls = 0\n    while calls < 20 * takes:\n"
        "        calls += 20_000\n        if math.ceil(calls / takes) * 730 * server_hour <= calls * one:\n"
        "            return calls\n    return None\n",
        "a fraction": "from fractions import Fraction\n" + _even(end="Fraction(calls) if calls <= takes else None"),
    },
    wrong={
        "nothing-returned": _even(end="print(calls)"),
        "one-server": _even(end="calls"),
        "hours-forgotten": _even(takes="server_rps * 3600 * 730"),
        "only-busy-hours": _even(server="730 * server_hour * hours_a_day / 24"),
        "request-forgotten": _even('ms / 1000 * mb / 1024 * GB_SECOND["x86_64"]'),
        "more-servers": _even(end="calls * math.ceil(calls / takes)"),
        "in-millions": _even(end="calls / 1e6 if calls <= takes else None"),
        "one-hour": _even(server="server_hour"),
        "a-second": _even(end="calls / 730 / 3600 if calls <= takes else None"),
        "another-month": _even(server="720 * server_hour", takes="server_rps * 3600 * 720 * hours_a_day / 24"),
        "gb-of-1000": _even('REQUEST + ms / 1000 * mb / 1000 * GB_SECOND["x86_64"]'),
        "milliseconds-as-seconds": _even('REQUEST + ms * mb / 1024 * GB_SECOND["x86_64"]'),
    },
    failing={
        "raised": _even(server="730 * server_hours"),
        "case": _even(end="16_300_000"),
    },
)
MORE_WRONG["11.4"] = {
    "busy hours for the server, any room": (
        "only-busy-hours",
        _even(server="730 * server_hour * hours_a_day / 24", end="calls"),
    ),
    "no request, one server": ("request-forgotten", _even("ms / 1000 * mb / 1024 * 0.0000166667", end="calls")),
    "a month of 31 days": ("another-month", _even(server="744 * server_hour")),
    "a server's month of 31 days": (
        "another-month-of-calls",
        _even(takes="server_rps * 3600 * hours_a_day * 31"),
    ),
    "a server's month of 30 days": (
        "another-month-of-calls",
        _even(takes="server_rps * 3600 * hours_a_day * 30"),
    ),
    "the course's own function": ("borrowed", "from lambdalab.models.servers import break_even\n"),
    "the course's own function, from its module": (
        "borrowed",
        "from lambdalab.models import servers\n\ndef break_even(*given):\n    return servers.break_even(*given)\n",
    ),
    "infinity for none": ("case", _even(end="calls if calls <= takes else math.inf")),
    "zero for none": ("case", _even(end="calls if calls <= takes else 0")),
    "a text": ("case", _even(end='f"{calls:.0f}" if calls <= takes else None')),
    "a server that holds a call a minute": ("case", _even(takes="server_rps * 60 * 730 * hours_a_day / 24")),
    "the rate of arm64": ("case", _even('REQUEST + ms / 1000 * mb / 1024 * GB_SECOND["arm64"]')),
    "printed, and None where it is right": (
        "nothing-returned",
        _even(end="print(calls if calls <= takes else None)"),
    ),
    "always None": ("case", _even(end="None")),
    "without the hours": (
        "raised",
        "def break_even(mb, ms, server_hour, server_rps):\n    return 730 * server_hour / 1.8667e-6\n",
    ),
    "what one server takes": ("case", _even(end="takes")),
    "hours for days": ("one-server", _even(takes="server_rps * 3600 * 730 * hours_a_day")),
    "more calls for fewer hours": ("case", _even(end="calls * 24 / hours_a_day")),
    "many a second or all day": (
        "case",
        _even(end="calls if calls <= takes and server_rps > 5 else None").replace(
            "* hours_a_day / 24", "* (1 if server_rps > 20 or hours_a_day == 24 else 0)"
        ),
    ),
}

# 11.5, does it save?

_SAVES = {
    "timeout": "same",
    "half the memory": "same",
    "arm64": "cheaper",
    "batch": "cheaper",
    "provisioned": "dearer",
    "log less": "cheaper",
}
_CHANGED = {
    "timeout, some calls hang": "cheaper",
    "half the memory, it waits": "cheaper",
    "arm64, a third slower": "dearer",
    "batch, one message a minute": "same",
}


def _filled(name: str, items: dict[str, Any], changed: dict[str, Any] | None = None) -> str:
    return f"{name} = {items | (changed or {})!r}\n".replace("Ellipsis", "...")


_AGAIN = _filled("again", _CHANGED)
_OPEN = _filled("again", dict.fromkeys(_CHANGED, ...))
A_11_5 = Answers(
    stub=_filled("saves", dict.fromkeys(_SAVES, ...)) + _OPEN,
    solution=_filled("saves", _SAVES) + _AGAIN,
    also_right={
        "another order": _filled("saves", dict(reversed(_SAVES.items())))
        + _filled("again", dict(reversed(_CHANGED.items()))),
        "a wrong first part is credited": _filled("saves", dict.fromkeys(_SAVES, "cheaper")) + _AGAIN,
    },
    wrong={
        "timeout-cheaper": _filled("saves", _SAVES, {"timeout": "cheaper"}) + _AGAIN,
        "timeout-dearer": _filled("saves", _SAVES, {"timeout": "dearer"}) + _AGAIN,
        "half-the-price": _filled("saves", _SAVES, {"half the memory": "cheaper"}) + _AGAIN,
        "half-dearer": _filled("saves", _SAVES, {"half the memory": "dearer"}) + _AGAIN,
        "arm-otherwise": _filled("saves", _SAVES, {"arm64": "same"}) + _AGAIN,
        "batch-otherwise": _filled("saves", _SAVES, {"batch": "dearer"}) + _AGAIN,
        "provisioned-otherwise": _filled("saves", _SAVES, {"provisioned": "cheaper"}) + _AGAIN,
        "log-otherwise": _filled("saves", _SAVES, {"log less": "same"}) + _AGAIN,
    },
    failing={
        "next": _filled("saves", _SAVES) + _OPEN,
        "case": _filled("saves", _SAVES) + _filled("again", _CHANGED, {"arm64, a third slower": "cheaper"}),
        "shape": _filled("saves", _SAVES, {"arm64": "less"}) + _AGAIN,
        "unwritten": _filled("saves", _SAVES, {"arm64": ...}) + _AGAIN,
    },
)
MORE_WRONG["11.5"] = {
    f"{word} for all four": ("case", _filled("saves", _SAVES) + _filled("again", dict.fromkeys(_CHANGED, word)))
    for word in ("cheaper", "same", "dearer")
} | {
    "the words of the six again": (
        "case",
        _filled("saves", _SAVES)
        + _filled("again", dict(zip(_CHANGED, ("same", "same", "cheaper", "cheaper"), strict=True))),
    ),
    "a part of the second": (
        "unwritten",
        _filled("saves", _SAVES) + _filled("again", _CHANGED | {list(_CHANGED)[3]: ...}),
    ),
    "pairs": ("shape", 'saves = [("timeout", "same")]\n' + _AGAIN),
}

ANSWERS = {"11.1": A_11_1, "11.2": A_11_2, "11.3": A_11_3, "11.4": A_11_4, "11.5": A_11_5}

# What the messages say, with the values that these answers must bring into it.
PRINTED = {
    (
        "11.1",
        "duration-alone",
    ): "AWS rounds up to whole milliseconds and, on a cold start, adds init: the line already says what is billed.",
    ("11.1", "init-twice"): "A cold call: 83.1 ms of init counted twice. It is inside `Billed Duration`.",
    ("11.1", "memory-used"): "You pay for the size you chose (`Memory Size`), not for what you used.",
    ("11.1", "request-a-million"): "A warm call: one call costs $0.2?",
    ("11.1", "rounded"): "A warm call: your price was rounded, to $0.",
    (
        "11.2",
        "smallest",
    ): "$24.58 a million at 128 MB, $24.53 at 1,769 MB, and 14 times faster. Multiply before you choose.",
    (
        "11.2",
        "largest",
    ): "$41.33 a million at 3,008 MB, and another size costs less. Beyond one CPU a single thread gains nothing.",
    ("11.2", "limit-ignored"): "Cheapest, but 1,150 ms: the visitor waits.",
    ("11.2", "nothing-left"): "No size needs",
    ("11.3", "only-lambda"): "3.53 of 27.49: compute is an eighth of this bill.",
    ("11.3", "per-million"): "S3 is priced per *thousand* requests: 1,000 times too low.",
    ("11.3", "logs-left-out"): "Small here. With 20 KB a call it would cost more than the compute.",
    ("11.3", "below-zero"): "100,000 photos: your egress costs -6.85 dollars. 23.8 GB went out.",
    ("11.4", "one-server"): "At 6.2/s you need 2 servers: the line has steps.",
    ("11.4", "request-forgotten"): "12 % off. 0.20 per million is not nothing for short calls.",
    ("11.4", "only-busy-hours"): "The server also stands there at night; Lambda does not.",
    ("11.5", "timeout-cheaper"): "You pay for the time that ran. The timeout only limits accidents.",
    ("11.5", "half-the-price"): "It takes twice as long: same price, slower.",
    ("11.5", "provisioned-otherwise"): "10 × 512 MB all month cost 54.75 before the first call.",
}
