"""Every YAML of every feed is held against what it configures, and the files of a feed against each other."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cakupan import settings
from cakupan.feeds import Feed, load_feeds
from cakupan.onboarding.fitting import misfits, signature_misfits, stray_rules
from cakupan.quality.rule import KWARGS
from cakupan.quality.suite import Suite, load_suite, read_suite

FEEDS = load_feeds(settings.FEEDS)
every_feed = pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)


@every_feed
def test_the_files_of_a_feed_fit_each_other_and_the_library(feed: Feed) -> None:
    staging = settings.DBT_PROJECT / f"models/staging/{feed.agency}/{feed.feed}.sql"
    assert misfits(feed, load_suite(feed), staging.read_text(encoding="utf-8")) == []


def test_rules_on_deliveries_fit_the_library() -> None:
    assert signature_misfits(read_suite(settings.EXPECTATIONS / "delivery.yml")) == []


def test_every_expectation_a_suite_may_use_is_one_of_the_library() -> None:
    from great_expectations.expectations.registry import get_expectation_impl

    import cakupan.quality.expectations  # noqa: F401 - registers an expectation

    for kind, arguments in KWARGS.items():
        assert arguments <= set(get_expectation_impl(kind).__fields__), kind


@pytest.mark.parametrize("path", sorted(settings.FEEDS.rglob("*")), ids=lambda path: path.name)
def test_what_lies_in_the_folder_is_read(path: Path) -> None:
    assert path.is_dir() or (
        path.suffix == ".yml" and (path.parent.name, path.stem) in {(f.agency, f.feed) for f in FEEDS}
    )


@every_feed
@pytest.mark.parametrize("place", [(), ("format",), ("columns", 0), ("rest",), ("sql",)], ids=str)
def test_a_key_that_configures_nothing_is_refused(feed: Feed, place: tuple[str | int, ...]) -> None:
    declared = yaml.safe_load((settings.FEEDS / feed.agency / f"{feed.feed}.yml").read_text(encoding="utf-8"))
    section = declared
    for step in place:
        section = section.get(step, {}) if isinstance(section, dict) else section[step]
    if place in (("rest",), ("sql",)) and not section:
        section = declared.setdefault(place[0], {})
    section["colour"] = "red"
    with pytest.raises(ValueError, match="colour"):
        Feed.model_validate(declared)


@pytest.mark.parametrize("agency", sorted({path.name for path in settings.EXPECTATIONS.iterdir() if path.is_dir()}))
def test_what_lies_among_the_rules_is_read(agency: str) -> None:
    assert stray_rules(agency, FEEDS, settings.EXPECTATIONS) == []


@pytest.mark.parametrize("path", sorted(settings.EXPECTATIONS.glob("*/*.yml")), ids=lambda path: path.stem)
def test_a_rule_with_a_key_that_means_nothing_is_refused(path: Path) -> None:
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))
    declared["expectations"][0]["mostly"] = 0.9
    with pytest.raises(ValueError, match="mostly"):
        Suite.model_validate(declared)
