"""There are fifteen questions, in both languages, and docs/pertanyaan.md says what the catalogue says."""

from __future__ import annotations

import importlib.util

from cakupan import settings
from cakupan.answers.catalogue import FOLDER, questions

_spec = importlib.util.spec_from_file_location("questions_doc", settings.PROJECT / "scripts" / "questions_doc.py")
assert _spec and _spec.loader
questions_doc = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(questions_doc)


def test_there_are_fifteen_each_with_one_query() -> None:
    assert [question.number for question in questions()] == list(range(1, 16))
    assert {path.stem for path in FOLDER.glob("*.sql")} == {path.stem for path in FOLDER.glob("*.yml")}


def test_each_says_in_both_languages_what_it_asks_and_cannot_say() -> None:
    for question in questions():
        for text in (question.asks, question.read_as, question.cannot):
            assert text.id and text.en and text.id != text.en, question.number


def test_the_page_says_what_the_catalogue_says() -> None:
    written = (settings.PROJECT / "docs" / "pertanyaan.md").read_text()
    assert written == questions_doc.page(), "run: python scripts/questions_doc.py > docs/pertanyaan.md"
