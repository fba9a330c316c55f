"""The capstone, lesson 13: the grading of a photo service where it is deployed, and hints for its milestones.

Each milestone has a module of its own; `grading` adds them up, and `Lab.grade` calls it. Left out: the specification,
which the lesson's notebook has.
"""
