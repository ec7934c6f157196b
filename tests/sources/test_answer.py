"""What an API's text is when it is no answer: told apart wherever it ends, and never taken for rows."""

from __future__ import annotations

import json

import pytest

from cakupan.sources.answer import CutShort, ErrorInstead, WebPage, read_answer

ANSWER = json.dumps(
    {
        "meta": {"page": 1, "total": 3, "x": [True, None, -1.5e3]},
        "data": [{"a": 'b"c\\d]}', "n": [1, {}]}, {}, {"ü": "é"}],
    },
    ensure_ascii=False,
)
PAGES = ["<html>", "<!DOCTYPE html>\n<html>", '<?xml version="1.0"?>\n<!DOCTYPE html>', "<!-- x --> <HTML lang=id>"]


@pytest.mark.parametrize("path", ["data", "meta.x", None])
def test_a_text_that_ends_early_is_cut_short_wherever_it_ends(path: str | None) -> None:
    text = ANSWER if path else json.dumps([ANSWER, {"a": [1]}, 2])
    for end in range(len(text)):
        with pytest.raises(CutShort):
            read_answer(text[:end], path)
    assert len(read_answer(text, path).rows) == 3


@pytest.mark.parametrize("after", ["}", "]", " x", "{}"])
def test_a_text_that_goes_on_behind_its_end_is_something_else(after: str) -> None:
    with pytest.raises(ValueError, match=r".") as told:
        read_answer(ANSWER + after, "data")
    assert not isinstance(told.value, CutShort | ErrorInstead | WebPage)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_for_people_is_one(page: str) -> None:
    with pytest.raises(WebPage):
        read_answer(page, "data")


@pytest.mark.parametrize(
    "text", ['{"error": "x"}', '{"errors": [1], "data": []}', '{"error": {"code": 5}, "meta": {}}', '{"galat": "x"}']
)
def test_an_error_in_place_of_rows_is_one(text: str) -> None:
    with pytest.raises(ErrorInstead):
        read_answer(text, "data")


@pytest.mark.parametrize(
    "text", ['{"error": null, "data": []}', '{"errors": [], "data": []}', '{"error": "x", "data": [1]}']
)
def test_no_error_beside_rows_takes_them_away(text: str) -> None:
    assert len(read_answer(text, "data").rows) == text.count("[1]")
