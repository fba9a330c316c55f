"""Answers to the exercises of workbook 05, as students write them; what they are is explained in `answers.py`."""

from __future__ import annotations

from tests.learn.answers import Answers

MORE_WRONG: dict[str, dict[str, tuple[str, str]]] = {}

# 05.1, the key as it arrives


_RECORDS = 'event.get("Records", [])'


def _keys(key: str, imports: str = "from urllib.parse import unquote_plus\n", records: str = _RECORDS) -> str:
    """An answer that makes each key with this expression, in which `key` is the key of the event."""
    return (
        imports
        + "\ndef keys(event):\n    found = []\n"
        + f"    for record in {records}:\n"
        + '        key = record["s3"]["object"]["key"]\n'
        + f'        found.append((record["s3"]["bucket"]["name"], {key}))\n    return found\n'
    )


A_05_1 = Answers(
    stub='def keys(event):\n    raise NotImplementedError("Exercise 05.1")\n',
    solution=_keys("unquote_plus(key)"),
    also_right={
        "a comprehension": (
            "import urllib.parse\n\ndef keys(event):\n    return [\n"
            '        (r["s3"]["bucket"]["name"], urllib.parse.unquote_plus(r["s3"]["object"]["key"]))\n'
            '        for r in event.get("Records") or []\n    ]\n'
        ),
        "the plus first": _keys('unquote(key.replace("+", " "))', "from urllib.parse import unquote\n"),
        "asked for the test event": (
            "from urllib.parse import unquote_plus\n\ndef keys(event):\n"
            '    if event.get("Event") == "s3:TestEvent":\n        return []\n    found = []\n'
            '    for record in event["Records"]:\n        told = record["s3"]\n'
            '        found.append((told["bucket"]["name"], unquote_plus(told["object"]["key"])))\n    return found\n'
        ),
    },
    wrong={
        "patched": _keys('unquote(key).replace("+", " ")', "from urllib.parse import unquote\n"),
        "plus-kept": _keys("unquote(key)", "from urllib.parse import unquote\n"),
        "as-it-came": _keys("key"),
        "first-only": _keys("unquote_plus(key)", records='event.get("Records", [])[:1]'),
        "keys-alone": _keys("unquote_plus(key)").replace(
            '(record["s3"]["bucket"]["name"], unquote_plus(key))', "unquote_plus(key)"
        ),
        "no-records": _keys("unquote_plus(key)", records='event["Records"]'),
        "known-names": _keys("unquote_plus(key)").replace('["name"]', '["name"][:10]'),  # long enough for the others
    },
    failing={
        "raised": _keys("unquote_plus(key)", records='event["Record"]'),
        "case": _keys("unquote_plus(key).lower() + 'x'"),
    },
)
MORE_WRONG["05.1"] = {
    "only the plus replaced": ("as-it-came", _keys('key.replace("+", " ")')),
    "the plus replaced, and Records taken for granted": (
        "as-it-came",
        _keys('key.replace("+", " ")', records='event["Records"]'),
    ),
    "the plus kept, and Records taken for granted": (
        "plus-kept",
        _keys("unquote(key)", "from urllib.parse import unquote\n", records='event["Records"]'),
    ),
    "patched, and Records taken for granted": (
        "patched",
        _keys('unquote(key).replace("+", " ")', "from urllib.parse import unquote\n", records='event["Records"]'),
    ),
    "a table of the printed names": (
        "known-names",
        "TABLE = {'a+b.jpg': 'a b.jpg', 'c%2B%2B.txt': 'c++.txt', '%C3%BCmlaut.png': 'ümlaut.png',\n"
        "    '50%25.csv': '50%.csv', 'x/y+z.jpg': 'x/y z.jpg', 'one+%26+two.jpg': 'one & two.jpg',\n"
        "    'Zo%C3%AB.jpg': 'Zoë.jpg'}\n\ndef keys(event):\n"
        "    return [('ex05-in', TABLE.get(r['s3']['object']['key'])) for r in event.get('Records', [])]\n",
    ),
    "blanks and one letter": ("patched", _keys('key.replace("+", " ").replace("%C3%BC", "ü").replace("%25", "%")')),
    "returns in the loop": (
        "first-only",
        _keys("unquote_plus(key)").replace("    return found", "        return found\n    return found"),
    ),
}

# 05.2, thumbnails

_BUCKETS = (
    "import boto3\nfrom lambdalab import Lab\nlab = Lab()\n"
    's3 = boto3.client("s3")\n'
    'for bucket in ("ex05-photos", "ex05-small"):\n    s3.create_bucket(Bucket=bucket)\nlab.layer("pillow")\n'
)
_HEAD = "%%deploy ex05_thumbs --layer pillow --memory 1769 --timeout 20\n"
_COPIES = (
    "from urllib.parse import unquote_plus\n\nimport boto3\n\n"
    's3 = boto3.client("s3")\n\ndef handler(event, context):\n    for record in event["Records"]:\n'
    '        key = unquote_plus(record["s3"]["object"]["key"])\n'
    '        body = s3.get_object(Bucket="ex05-photos", Key=key)["Body"].read()\n'
    '        s3.put_object(Bucket="ex05-small", Key=key, Body=body)\n'
)
_MADE = _HEAD + (
    "import io\nfrom urllib.parse import unquote_plus\n\nimport boto3\nfrom PIL import Image\n\n"
    's3 = boto3.client("s3")\n\ndef handler(event, context):\n    for record in event["Records"]:\n'
    '        key = unquote_plus(record["s3"]["object"]["key"])\n'
    '        body = s3.get_object(Bucket="ex05-photos", Key=key)["Body"].read()\n'
    "        try:\n"
    '            picture = Image.open(io.BytesIO(body)).convert("RGB")\n'
    "        except OSError as problem:\n"
    '            print("skipped", key, problem)\n'
    "            continue\n"
    "        picture.thumbnail((200, 200))\n"
    "        small = io.BytesIO()\n"
    '        picture.save(small, "JPEG")\n'
    '        s3.put_object(Bucket="ex05-small", Key=key, Body=small.getvalue())\n'
)
_RATIO = (
    "        share = min(1, 200 / max(picture.size))\n"
    "        picture = picture.resize([max(1, round(side * share)) for side in picture.size])\n"
)
_THUMBNAIL = "        picture.thumbnail((200, 200))\n"
_PLAIN = _MADE.replace('.convert("RGB")', "")
A_05_2 = Answers(
    given=_BUCKETS,
    stub=_HEAD + _COPIES,
    solution=_MADE,
    also_right={
        "own ratio": _MADE.replace(_THUMBNAIL, _RATIO),
        "every second pixel, and much left out": _MADE.replace(_THUMBNAIL, _RATIO.replace("])", "], 0)")).replace(
            '"JPEG")', '"JPEG", quality=40)'
        ),
        "on white": _MADE.replace(
            '.convert("RGB")\n',
            '.convert("RGBA")\n            white = Image.new("RGBA", picture.size, "white")\n'
            '            picture = Image.alpha_composite(white, picture).convert("RGB")\n',
        ),
        "ImageOps.contain, if it is larger": _MADE.replace(
            "from PIL import Image", "from PIL import Image, ImageOps"
        ).replace(
            _THUMBNAIL,
            "        if max(picture.size) > 200:\n            picture = ImageOps.contain(picture, (200, 200))\n",
        ),
    },
    wrong={
        "loops": _MADE.replace('put_object(Bucket="ex05-small"', 'put_object(Bucket="ex05-photos"'),
        "squashed": _MADE.replace(_THUMBNAIL, "        picture = picture.resize((200, 200))\n"),
        "enlarged": _MADE.replace(
            _THUMBNAIL, _RATIO.replace("min(1, 200 / max(picture.size))", "200 / max(picture.size)")
        ),
        "one-spoils-all": (
            _MADE.replace("        try:\n    ", "")
            .replace("        except OSError as problem:\n", "")
            .replace('            print("skipped", key, problem)\n            continue\n', "")
        ),
        "stops-at-the-first": _MADE.replace("            continue\n", "            return\n"),
        "png": _PLAIN,
        "not-a-jpeg": _MADE.replace('picture.save(small, "JPEG")', 'picture.save(small, "PNG")'),
        "no-layer": _MADE.replace("--layer pillow ", ""),
        "another-picture": _MADE.replace(
            _THUMBNAIL, _THUMBNAIL + '        picture = Image.new("RGB", picture.size, (128, 128, 128))\n'
        ),
        "jpg": _MADE.replace('picture.save(small, "JPEG")', 'picture.save(small, "JPG")'),
        "not-logged": _MADE.replace('            print("skipped", key, problem)\n', ""),
        "another-place": _MADE.replace('Bucket="ex05-small", Key=key', 'Bucket="ex05-small", Key="small-" + key'),
    },
    failing={
        "raised": _MADE.replace('picture.save(small, "JPEG")', 'picture.save(small, "JPEG", quality="best")'),
        "case": _MADE.replace("(200, 200)", "(100, 100)"),
    },
)
MORE_WRONG["05.2"] = {
    "grey": ("another-picture", _MADE.replace(_THUMBNAIL, _THUMBNAIL + '        picture = picture.convert("L")\n')),
    "mirrored": (
        "another-picture",
        _MADE.replace(_THUMBNAIL, _THUMBNAIL + "        picture = picture.transpose(0)\n"),
    ),
    "upside down": (
        "another-picture",
        _MADE.replace(_THUMBNAIL, _THUMBNAIL + "        picture = picture.rotate(180)\n"),
    ),
    "a PNG is skipped as no picture": (
        "png",
        _PLAIN.replace(
            "        except OSError as problem:\n",
            '            picture.thumbnail((200, 200))\n            picture.save(io.BytesIO(), "JPEG")\n'
            "        except OSError as problem:\n",
        ),
    ),
    "under another key in the input bucket": (
        "loops",
        _MADE.replace('put_object(Bucket="ex05-small", Key=key', 'put_object(Bucket="ex05-photos", Key="small-" + key'),
    ),
}

# 05.3, why did it not run?

_SET_UP = (
    "import boto3\nfrom lambdalab import Lab\nfrom lambdalab.learn.workbooks.silent import CAUSES, deploy_to, set_up\n"
    'lab = Lab()\nclient, s3 = boto3.client("lambda"), boto3.client("s3")\n'
    'far = boto3.client("lambda", region_name="eu-west-1")\nset_up()\n'
    "def allow(client, number):\n"
    '    client.add_permission(FunctionName=f"ex05_case_{number}", StatementId="again",\n'
    '        Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",\n'
    '        SourceArn=f"arn:aws:s3:::ex05-case-{number}", SourceAccount="123456789012")\n'
    'def rule(name, events=("s3:ObjectCreated:*",), suffix="", region="us-east-1"):\n'
    '    arn = f"arn:aws:lambda:{region}:123456789012:function:{name}"\n'
    '    made = {"LambdaFunctionArn": arn, "Events": list(events)}\n'
    '    if suffix:\n        made["Filter"] = {"Key": {"FilterRules": [{"Name": "suffix", "Value": suffix}]}}\n'
    "    return made\n"
    "def write(number, *rules):\n"
    '    s3.put_bucket_notification_configuration(Bucket=f"ex05-case-{number}",\n'
    '        NotificationConfiguration={"LambdaFunctionConfigurations": list(rules)})\n'
)
_CAUSE = (
    'cause = {1: "the permission is missing", 2: "the bucket is in another region",\n'
    '    3: "the rule\'s suffix does not fit the key", 4: "the rule is for another kind of upload",\n'
    '    5: "the rule was replaced by another one"}\n'
)
_FIXES = {
    1: "    allow(client, 1)\n",
    2: (
        '    deploy_to("eu-west-1", "ex05_case_2")\n    allow(far, 2)\n'
        '    write(2, rule("ex05_case_2", region="eu-west-1"))\n'
    ),
    3: '    write(3, rule("ex05_case_3", suffix=".jpg"), rule("ex05_case_3", suffix=".JPG"))\n',
    4: '    write(4, rule("ex05_case_4"))\n',
    5: (
        '    there = s3.get_bucket_notification_configuration(Bucket="ex05-case-5")["LambdaFunctionConfigurations"]\n'
        '    write(5, *there, rule("ex05_case_5", suffix=".jpg"))\n'
    ),
}


def _fixes(**other: str) -> str:
    """The repairs, some of them replaced: `_2="…"`."""
    made = {**_FIXES, **{int(name[1:]): f"    {text}\n" for name, text in other.items()}}
    return _CAUSE + "".join(f"\ndef fix_{number}():\n{text}" for number, text in made.items())


_PARTS = 'write(4, rule("ex05_case_4", ["s3:ObjectCreated:Put", "s3:ObjectCreated:CompleteMultipartUpload"]))'
A_05_3 = Answers(
    given=_SET_UP,
    stub="cause = {1: ..., 2: ..., 3: ..., 4: ..., 5: ...}\n"
    + "".join(f'\ndef fix_{n}():\n    raise NotImplementedError("Exercise 05.3")\n' for n in _FIXES),
    solution=_fixes(),
    also_right={
        "an explicit list of events, and no filter": _fixes(_3='write(3, rule("ex05_case_3"))', _4=_PARTS),
        "lab.trigger": _fixes(
            _1='lab.trigger("s3:ex05-case-1", "ex05_case_1")',
            _3='lab.trigger("s3:ex05-case-3", "ex05_case_3", suffix=".JPG")',
            _5='lab.trigger("s3:ex05-case-5", "ex05_case_5", suffix=".jpg")',
        ),
    },
    wrong={
        "role-instead": _fixes(
            _1='boto3.client("iam").put_role_policy(RoleName="lambdalab-role", PolicyName="s3", PolicyDocument=\n'
            '        \'{"Version": "2012-10-17", "Statement": \'\n'
            '        \'[{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}\')'
        ),
        "permission-instead": _fixes(_2="allow(client, 2)"),
        "only-mine": _fixes(_5='write(5, rule("ex05_case_5", suffix=".jpg"))'),
        "another-source": _fixes(
            _1='client.add_permission(FunctionName="ex05_case_1", StatementId="x", Action="lambda:InvokeFunction",\n'
            '        Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::ex05-case-1/*")'
        ),
        "suffix-still": _fixes(_3='write(3, rule("ex05_case_3", suffix=".jpeg"))'),
        "far-not-there": _fixes(_2='write(2, rule("ex05_case_2", region="eu-west-1"))'),
        "far-not-allowed": _fixes(
            _2='deploy_to("eu-west-1", "ex05_case_2")\n    write(2, rule("ex05_case_2", region="eu-west-1"))'
        ),
        "worked-before": _fixes(_3='write(3, rule("ex05_case_3", suffix="PHOTO.JPG"))'),
        "lets-in-others": _fixes(
            _1='client.add_permission(FunctionName="ex05_case_1", StatementId="x", Action="lambda:*", Principal="*")'
        ),
        "event-still": _fixes(_4='write(4, rule("ex05_case_4", ["s3:ObjectCreated:Post"]))'),
    },
    failing={
        "raised": _fixes(_4='write(4, rule("ex05_case_44"))'),
        "case": _fixes(_1="pass"),
        "shape": _fixes() + 'cause[2] = "bad luck"\n',
        "unwritten": _fixes() + "cause[2] = ...\n",
    },
)
MORE_WRONG["05.3"] = {
    "the rule again, at home": ("permission-instead", _fixes(_2='allow(client, 2)\n    write(2, rule("ex05_case_2"))')),
    "causes in the order of the list": ("case", _fixes() + "cause = dict(zip(range(1, 6), CAUSES))\n"),
    **{
        f"cause {n} is wrong": ("case", _fixes() + f"cause[{n}] = next(c for c in CAUSES if c != cause[{n}])\n")
        for n in _FIXES
    },
    "only files sent in parts": (
        "worked-before",
        _fixes(_4='write(4, rule("ex05_case_4", ["s3:ObjectCreated:CompleteMultipartUpload"]))'),
    ),
    "everybody abroad": (
        "lets-in-others",
        _fixes(
            _2='deploy_to("eu-west-1", "ex05_case_2")\n    far.add_permission(FunctionName="ex05_case_2",\n'
            '        StatementId="x", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com")\n'
            '    write(2, rule("ex05_case_2", region="eu-west-1"))'
        ),
    ),
}

# 05.4, the smallest permission

_LETTERS = '"arn:aws:s3:::ex05-letters"'


def _permission(**other: str) -> str:
    """The arguments, some of them replaced, or left out when they are empty."""
    given = {
        "FunctionName": '"ex05_door"',
        "StatementId": '"letters"',
        "Action": '"lambda:InvokeFunction"',
        "Principal": '"s3.amazonaws.com"',
        "SourceArn": _LETTERS,
        "SourceAccount": '"123456789012"',
        **other,
    }
    return "permission = {" + ", ".join(f'"{name}": {value}' for name, value in given.items() if value) + "}\n"


A_05_4 = Answers(
    stub='permission = {\n    "FunctionName": "ex05_door",\n}\n',
    solution=_permission(),
    also_right={
        "another order, another id": "permission = dict(reversed("
        + _permission(StatementId='"S3-may_ring-7"').removeprefix("permission = ").rstrip()
        + ".items()))\n",
    },
    wrong={
        "no-source-arn": _permission(SourceArn=""),
        "too-much": _permission(Action='"lambda:*"'),
        "names-the-objects": _permission(SourceArn='"arn:aws:s3:::ex05-letters/*"'),
        "no-source-account": _permission(SourceAccount=""),
        "not-s3": _permission(Principal='"sns.amazonaws.com"'),
    },
    failing={
        "raised": _permission(Action='"InvokeFunction"'),
        "case": _permission(Action='"lambda:InvokeFunctionUrl"'),
        "shape": 'permission = ["s3.amazonaws.com"]\n',
        "unwritten": _permission(Principal="..."),
    },
)
MORE_WRONG["05.4"] = {
    "a star behind the bucket's name": ("no-source-arn", _permission(SourceArn='"arn:aws:s3:::ex05-letters*"')),
    "another function's policy": ("case", _permission(FunctionName='"make-thumbnail"')),
    "without an id": ("raised", _permission(StatementId="")),
    "everybody": ("not-s3", _permission(Principal='"*"')),
    "everything that Lambda can": ("too-much", _permission(Action='"*"')),
}

# 05.5, how often will it run?

_DESIGNS = (
    "same bucket, no filter",
    "reads in/, writes out/, filter in/",
    "filter .jpg, writes thumb-x.jpg",
    "two buckets",
)
_DEEPER = "reads in/, writes in/small/, filter in/"


def _runs(*said: str, again: str = "16") -> str:
    listed = ", ".join(f'"{design}": {value}' for design, value in zip(_DESIGNS, said, strict=True))
    return f'runs = {{{listed}}}\nagain = {{"{_DEEPER}": {again}}}\n'


A_05_5 = Answers(
    stub=_runs("...", "...", "...", "...", again="..."),
    solution=_runs("16", "1", "16", "1"),
    also_right={"all wrong, and committed": _runs("5", "5", "5", "5")},
    wrong={
        "twice": _runs("2", "1", "16", "1"),
        "suffix-once": _runs("16", "1", "1", "1"),
        "for-ever": _runs("16", "1", '"for ever"', "1"),
        "once-in-the-same": _runs("1", "1", "16", "1"),
        "another-count": _runs("5", "1", "5", "1"),
        "folders-again": _runs("16", "16", "16", "1"),
        "two-buckets-again": _runs("16", "1", "16", "2"),
    },
    failing={
        "next": _runs("16", "1", "16", "1", again="..."),
        "case": _runs("16", "1", "16", "1", again="1"),
        "shape": _runs("16", "1", '"often"', "1"),
        "unwritten": _runs("16", "...", "16", "1"),
    },
)

ANSWERS = {"05.1": A_05_1, "05.2": A_05_2, "05.3": A_05_3, "05.4": A_05_4, "05.5": A_05_5}

PRINTED = {
    ("05.1", "patched"): "Right for `a b.jpg`, wrong for `c++.txt` (`c  .txt`). The whole key is URL-encoded.",
    ("05.1", "plus-kept"): "`a b.jpg` arrived as `a+b.jpg` and stayed so. Here a plus is a blank. There is a second",
    ("05.1", "first-only"): "Two uploads, one key returned. The event carries a list.",
    ("05.2", "loops"): "One upload started your function 16 times, then Lambda cut the loop. Your own result",
    ("05.2", "squashed"): "600 × 300 became 200 × 200: the picture is squashed. Keep the ratio.",
    ("05.2", "one-spoils-all"): "The good picture in the same event was not made either, and the event will be sent",
    ("05.3", "role-instead"): "S3 is the caller here. Its right stands in the function's resource policy.",
    ("05.3", "permission-instead"): "Permission was never the problem: a bucket can only notify a function in its",
    ("05.3", "only-mine"): "now yours runs and `ex05_other` does not. The call replaces the *whole* configuration.",
    ("05.4", "no-source-arn"): "Other buckets may start it too: the bucket ex05-letters-old just did. Name the one",
    ("05.4", "too-much"): "`lambda:*`: everything, deleting the function included. It needs",
    ("05.4", "names-the-objects"): "Events come from the *bucket*. `/*` names the objects in it.",
    ("05.4", "no-source-account"): "A bucket's ARN names no account. If the bucket is deleted, someone else can take",
    ("05.5", "twice"): "The second run writes too, and so on: nothing in S3 knows that you are the author.",
    ("05.5", "suffix-once"): "`thumb-x.jpg` also ends in `.jpg`.",
    ("05.5", "for-ever"): "16: Lambda counts the chain and stops it. It cannot do so for every service, so don't",
}  # fmt: skip
