"""Grading a class: `lambdalab grade SOLUTION SUBMISSIONS… --out grades.csv`.

Student code runs only in processes that hold no test, no expected value and no verdict. Four kinds of process work
together, and each knows only what it needs:

- the command (`command`, `class_run`) reads files, keeps the results and writes the table;
- a judge (`judge`, `marking`) holds the checks and the verdicts, and gets every value of the student's as plain data
  (`wire`, `remote`);
- a lab, the cloud that a submission's functions run in, behind walls of its own (`jail`, `nursery`);
- a worker (`worker`), behind such walls too, runs the cells of the notebook and calls what they define.

AWS has nothing of the kind. Left out: a wall where the system allows none; then a column of the table says so.
"""
