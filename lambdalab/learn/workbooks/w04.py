"""Workbook 04, Deploying: a zip, a safe release, promote or roll back, whose permission, one zip with two settings.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w04.toml`. Specified in
EXERCISES, 04.1 to 04.5. The cases themselves are in `zips.py`, `release.py`, `decision.py`,
`whose.py` and `settings.py`.
"""

from __future__ import annotations

from lambdalab.learn.cases import first
from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.workbooks import decision, release, settings, whose, zips

EXERCISES = exercises(
    "04",
    {
        "04.1": Part(
            zips.cases,
            {
                "no-zip": first(zips.no_zip),
                "handler-is-a-file": first(zips.handler_is_a_file, explains_error=True),
                "letters-stripped": zips.packed(zips.letters_stripped),
                "folder-in-the-zip": zips.packed(zips.folder_in_zip),
                "folder-in-the-handler": zips.packed(zips.folder_in_handler),
                "flattened": zips.packed(zips.flattened),
                "only-app": zips.packed(zips.helper_missing),
                "no-data": zips.packed(zips.data_missing),
                "unreadable": first(zips.unreadable),
            },
        ),
        "04.2": Part(
            release.cases,
            {
                "changes-version-1": first(release.changes_version_1),
                "published-too-early": first(release.published_too_early),
                "alias-to-latest": release.fact("alias", "$LATEST"),
                "no-wait": release.fact("no wait", True),
            },
        ),
        "04.3": Part(
            decision.cases,
            {
                "percent-as-rate": decision.percent_as_rate,
                "counts-compared": decision.judged(decision.counted_errors),
                "waits-at-fifty": decision.judged(decision.waits_at_fifty),
                "one-condition": decision.judged(decision.one_condition),
                "at-the-limit": decision.judged(decision.at_the_limit),
                "act-does-nothing": decision.act_does_nothing,
                "to-latest": decision.acted(decision.to_latest),
                "weights-left": decision.acted(decision.weights_left),
                "promoted-with-weights": decision.acted(decision.promoted_with_weights),
                "not-promoted": decision.acted(decision.not_promoted),
                "wait-moved": decision.acted(decision.wait_moved),
            },
        ),
        "04.4": Part(
            whose.cases,
            {
                "colleague-in-the-role": whose.said_of(whose.BY_COLLEAGUE, whose.ROLE),
                "colleague-in-the-policy": whose.said_of(whose.BY_COLLEAGUE, whose.POLICY),
                "bucket-in-the-role": whose.said_of(whose.FIRST[1:2], whose.ROLE),
                "bucket-with-a-role": whose.said_of(whose.BY_BUCKET, whose.CALLER),
                "log-not-in-the-role": whose.said_of(whose.FIRST[2:3], whose.POLICY, whose.CALLER),
                "one-statement-for-all-buckets": whose.said_of(whose.FIRST[4:5], whose.ROLE),
                "work-in-the-policy": whose.said_of(whose.BY_FUNCTION, whose.POLICY),
                "work-by-the-caller": whose.said_of(whose.BY_FUNCTION, whose.CALLER),
            },
        ),
        "04.5": Part(
            settings.cases,
            {
                "overwritten": settings.overwrites,
                "typed": settings.typed,
                "silent-default": first(settings.silent_default),
                "no-default-greeting": first(settings.greeting_needed),
                "in-the-handler": settings.missing(at_start=False),
                "not-named": settings.missing(at_start=True, names_it=False),
            },
        ),
    },
)
