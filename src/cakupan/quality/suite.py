"""A feed's rules: what its declaration states, what took thought, and what holds for every delivery.

`expectations/<agency>/<feed>.yml`, which may be missing, and `expectations/delivery.yml` have the shape of a Great
Expectations suite; `meta` carries the rule's id and its sentence in two languages.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import model_validator

from cakupan import settings
from cakupan.feeds import Feed, Strict
from cakupan.quality.declared import READABLE, STATED, declared_rules
from cakupan.quality.derived import derived_rules
from cakupan.quality.rule import IN_SET, Rule


class Suite(Strict):
    """The rules of one feed, or those of every delivery."""

    name: str
    expectations: tuple[Rule, ...]

    @property
    def row_rules(self) -> tuple[Rule, ...]:
        """Rules on one row."""
        return tuple(rule for rule in self.expectations if not rule.on_delivery and not rule.on_key)

    @property
    def key_rule(self) -> Rule:
        """The rule that rows which pass have keys of their own."""
        (rule,) = (rule for rule in self.expectations if rule.on_key)
        return rule

    @property
    def readable_rule(self) -> Rule:
        """The rule a record breaks that could not be read."""
        return next(rule for rule in self.expectations if rule.rule_id == f"{self.name}.{READABLE}")

    @property
    def delivery_rules(self) -> tuple[Rule, ...]:
        """Rules on the whole delivery."""
        return tuple(rule for rule in self.expectations if rule.on_delivery)

    def for_great_expectations(self) -> dict[str, Any]:
        """Return the suite in the library's own form, for `ExpectationSuite(**suite)`."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @model_validator(mode="after")
    def _ids(self) -> Suite:
        ids = [rule.rule_id for rule in self.expectations]
        if twice := sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1}):
            raise ValueError(f"{self.name}: rules declared twice: {twice}")
        return self


def read_suite(path: Path) -> Suite:
    """Read the suite in a file; raises ValueError naming the file that is wrong."""
    try:
        return Suite.model_validate(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def load_suite(feed: Feed, root: Path | None = None) -> Suite:
    """Load all rules of a feed: those that its declaration gives, those of its own file, and those on every delivery.

    Of the last, one of the same id in the feed's file takes the place. Raises ValueError naming the file that is wrong.
    """
    return _load(feed.model_dump_json(), root or settings.EXPECTATIONS)


@cache
def _load(declared: str, root: Path) -> Suite:
    feed = Feed.model_validate_json(declared)
    path = root / feed.agency / f"{feed.feed}.yml"
    own = _own_rules(feed, path)
    stated, derived = declared_rules(feed), derived_rules(feed, _closed(own))
    given = {rule.rule_id for rule in (*stated, *derived)}
    if again := sorted(rule.rule_id for rule in own if rule.type in STATED or rule.rule_id in given):
        said = f"feeds/{feed.agency}/{feed.feed}.yml is the place to say it"
        raise ValueError(f"{path}: follows from the feed's declaration, leave it out ({said}): {', '.join(again)}")
    ordered = sorted((*stated, *own), key=partial(_place, feed))
    mine = {rule.rule_id for rule in ordered}
    common = (rule for rule in read_suite(root / "delivery.yml").expectations if feed.cadence in rule.meta.cadences)
    others = (rule for rule in common if rule.rule_id not in mine)
    return Suite(name=feed.name, expectations=(*ordered, *derived, *others))


def _own_rules(feed: Feed, path: Path) -> tuple[Rule, ...]:
    """Read the rules of the feed's own file; none where there is no file."""
    if not path.exists():
        return ()
    own = read_suite(path)
    if own.name != feed.name:
        raise ValueError(f"{path}: says {own.name}, but its path says otherwise")
    return own.expectations


def _closed(rules: Iterable[Rule]) -> set[str]:
    """Find columns with a closed list of values."""
    return {rule.column for rule in rules if rule.type == IN_SET and rule.severity != "info" and rule.column}


def _place(feed: Feed, rule: Rule) -> int:
    """Order rules: on the record first, then on the columns, then on what spans them, the key, and the delivery."""
    names = [column.name for column in feed.columns]
    if rule.on_key or rule.on_delivery:
        return len(names) + 1 + rule.on_delivery
    about = rule.rule_id.removeprefix(f"{feed.name}.").partition(".")[0]
    if about in names:
        return names.index(about)
    return -1 if rule.rule_id == f"{feed.name}.{READABLE}" else len(names)
