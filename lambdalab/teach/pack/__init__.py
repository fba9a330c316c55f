"""The teacher's pack: what a room of thirty students needs, made from the course's own sources.

`python -m lambdalab.teach.pack --to DIR` writes it. Titles, sections, minutes, predictions and the workbooks' messages
come from the notebooks and from `learn/content/`; only what cannot be derived, such as a board sketch, lies in
`guide/`. Left out: a question bank for exams, which must not be public.
"""
