"""The floor: the same night in plain SQL, psql's COPY and nothing else, with figures that are checked to be the same.

What it has: every file of the night copied into tables of text, one flagging pass by the conditions of the rules,
repeats and key conflicts, typed rows, quarantine, the worker table and six marts. What it has not: archive, a second
count, lineage, history of what was known when, tests, findings, proofs, orchestration.
"""
