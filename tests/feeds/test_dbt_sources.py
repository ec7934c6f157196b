"""dbt is told of every declared feed: its files say what feeds/ says, and are written anew where they do not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from cakupan import settings
from cakupan.dbt_project import ROSTERS, SOURCES, FeedsUndeclared, declare_feeds, rosters_file, sources_file
from cakupan.feeds import Feed, load_feeds

FEEDS = load_feeds(settings.FEEDS)


@pytest.mark.parametrize(("path", "text"), [(SOURCES, sources_file(FEEDS)), (ROSTERS, rosters_file(FEEDS))])
def test_the_repository_holds_what_the_feeds_say(path: Path, text: str) -> None:
    assert (settings.DBT_PROJECT / path).read_text(encoding="utf-8") == text, "run: make docs"


def test_every_feed_has_the_relations_that_dbt_may_read_and_each_column_its_meaning() -> None:
    (source,) = yaml.safe_load(sources_file(FEEDS))["sources"]
    tables = {table["name"]: table for table in source["tables"]}
    paid = {f"{side}_{feed.table}" for feed in FEEDS if feed.amounts for side in ("landed", "examined")}
    assert source["name"] == "keyed" and len(paid) > 4
    assert set(tables) == {"worker", "membership"} | {feed.table for feed in FEEDS} | paid
    for feed in FEEDS:
        columns = {column["name"]: column["description"] for column in tables[feed.table]["columns"]}
        for column in feed.columns:
            assert (column.name in columns) is not column.personal, f"{feed.name}.{column.name}"
            if not column.personal:
                assert columns[column.name] == f"{column.told.en}. | {column.told.id}."
        assert ("nik_key" in columns) == any(column.type == "nik" for column in feed.columns)
        meta = tables[feed.table]["config"]["meta"]
        assert set(meta["key"]) <= set(columns)
        assert meta.get("persons", False) == bool({"nik_key", "kpj_key"} & set(columns))


def test_a_brace_in_a_meaning_is_no_jinja() -> None:
    feed = FEEDS[0].model_copy(update={"columns": (FEEDS[0].columns[0].model_copy(update={"about": "Of {{ env }}"}),)})
    assert "Of (( env ))" in sources_file([feed])


def with_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Feed:
    """A copy of the declarations and of dbt's two files, and one roster more."""
    shutil.copytree(settings.FEEDS, tmp_path / "feeds")
    for path in (SOURCES, ROSTERS):
        (tmp_path / "dbt" / path).parent.mkdir(parents=True)
        shutil.copy(settings.DBT_PROJECT / path, tmp_path / "dbt" / path)
    text = (tmp_path / "feeds/dispar/pekerja_seni.yml").read_text(encoding="utf-8")
    new = tmp_path / "feeds/dishub/ojek.yml"
    new.parent.mkdir()
    new.write_text(text.replace("agency: dispar", "agency: dishub").replace("feed: pekerja_seni", "feed: ojek"))
    monkeypatch.setattr(settings, "FEEDS", tmp_path / "feeds")
    monkeypatch.setattr(settings, "DBT_PROJECT", tmp_path / "dbt")
    return next(feed for feed in load_feeds(tmp_path / "feeds") if feed.agency == "dishub")


def test_a_feed_declared_since_is_written_down_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = with_another(tmp_path, monkeypatch)
    declare_feeds()
    assert f"name: {feed.table}" in (tmp_path / "dbt" / SOURCES).read_text(encoding="utf-8")
    assert feed.name in (tmp_path / "dbt" / ROSTERS).read_text(encoding="utf-8").split()
    written = {path: (tmp_path / "dbt" / path).stat().st_mtime_ns for path in (SOURCES, ROSTERS)}
    declare_feeds()
    assert written == {path: (tmp_path / "dbt" / path).stat().st_mtime_ns for path in (SOURCES, ROSTERS)}
    assert [path.name for path in (tmp_path / "dbt" / SOURCES).parent.iterdir()] == [SOURCES.name]


def test_where_nothing_can_be_written_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_another(tmp_path, monkeypatch)
    shutil.rmtree(tmp_path / "dbt/models")
    with pytest.raises(FeedsUndeclared, match=r"feeds\.yml does not say what feeds/ declares .* call `cakupan feed"):
        declare_feeds()
