"""Workbook 05, S3 triggers and permissions: keys, thumbnails, five silent set-ups, one permission, chains of events.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w05.toml`. Specified in
EXERCISES, 05.1 to 05.5. The cases themselves are in `arriving.py`, `thumbnails.py`, `silent.py`, `repairs.py`,
`door.py` and `chains.py`.
"""

from __future__ import annotations

from lambdalab.learn.cases import first
from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.workbooks import arriving, chains, door, repairs, thumbnails

EXERCISES = exercises(
    "05",
    {
        "05.1": Part(
            arriving.cases,
            {
                "as-it-came": arriving.as_it_came,
                "plus-kept": arriving.plus_kept,
                "patched": arriving.patched,
                "first-only": arriving.first_only,
                "keys-alone": first(arriving.keys_alone),
                "no-records": arriving.no_records,
                "known-names": arriving.known_names,
            },
        ),
        "05.2": Part(thumbnails.cases, thumbnails.DETECT),
        "05.3": Part(
            repairs.cases,
            {
                "role-instead": repairs.role_instead,
                "another-source": repairs.another_source,
                "far-not-there": repairs.far_refused(there=False),
                "far-not-allowed": repairs.far_refused(there=True),
                "permission-instead": repairs.permission_instead,
                "suffix-still": repairs.still_filtered(3),
                "event-still": repairs.still_filtered(4),
                "only-mine": repairs.only_mine,
                "worked-before": repairs.worked_before,
                "lets-in-others": repairs.lets_in_others,
            },
        ),
        "05.4": Part(
            door.cases,
            {
                "names-the-objects": door.names_the_objects,
                "not-s3": door.not_s3,
                "no-source-arn": door.let_in("other"),
                "no-source-account": door.let_in("stranger"),
                "too-much": door.too_much,
            },
        ),
        "05.5": Part(
            chains.cases,
            {
                "for-ever": chains.for_ever,
                "twice": chains.said_of(chains.SAME, 2),
                "once-in-the-same": chains.said_of(chains.SAME, 1),
                "suffix-once": chains.said_of(chains.SUFFIX, 1, 2),
                "another-count": chains.another_count,
                "folders-again": chains.said_of(chains.FOLDERS),
                "two-buckets-again": chains.said_of(chains.TWO),
            },
        ),
    },
)
