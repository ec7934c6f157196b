"""docs/security.md names tests that exist, items as ASVS writes them, and the logins that there are."""

from __future__ import annotations

import re

import yaml

from cakupan import settings
from cakupan.database import Role

PAGE = (settings.PROJECT / "docs" / "security.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.partition("## OWASP ASVS 5.0")[2].splitlines()
    if line.startswith("| V")
]


def test_every_item_has_tests_and_each_of_them_exists() -> None:
    assert len(ROWS) >= 30
    for items, asks, here, tests in ROWS:
        assert re.fullmatch(r"V\d+\.\d+\.\d+(, V\d+\.\d+\.\d+)*", items) and asks and here
        named = re.findall(r"`(tests/[a-z_/]+\.py)::(test_\w+)`", tests)
        assert named, items
        for path, name in named:
            there = settings.PROJECT / path
            assert there.is_file() and re.search(rf"^def {name}\(", there.read_text(), re.MULTILINE), f"{path}::{name}"


def test_items_stand_in_their_order_and_once_for_a_test() -> None:
    firsts = [tuple(map(int, items.split(",")[0][1:].split("."))) for items, *_ in ROWS]
    assert firsts == sorted(firsts)
    assert len({tuple(row) for row in ROWS}) == len(ROWS)


def test_every_login_is_told() -> None:
    declared = yaml.safe_load((settings.PROJECT / "src/cakupan/database/grants.yml").read_text())["roles"]
    logins = {role.value for role in Role} | {f"cakupan_{name}" for name in declared if name != "office"}
    assert [login for login in logins if f"`{login}`" not in PAGE] == []
    assert "`cakupan_office_<agency>`" in PAGE
