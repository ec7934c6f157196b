"""Expectations as declared: `expectations/<agency>/<feed>.yml` and, for every delivery, `expectations/delivery.yml`.

The files have the shape of a Great Expectations suite; `meta` carries the rule's id and its sentence in two languages.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import model_validator

from cakupan import settings
from cakupan.feeds import Feed, Strict
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
        return next(rule for rule in self.expectations if rule.rule_id == f"{self.name}.record.readable")

    @property
    def delivery_rules(self) -> tuple[Rule, ...]:
        """Rules on the whole delivery."""
        return tuple(rule for rule in self.expectations if rule.on_delivery)

    @model_validator(mode="after")
    def _ids(self) -> Suite:
        ids = [rule.rule_id for rule in self.expectations]
        if twice := sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1}):
            raise ValueError(f"{self.name}: rules declared twice: {twice}")
        return self


def read_suite(path: Path) -> Suite:
    """The suite in a file; raises ValueError naming the file that is wrong."""
    try:
        return Suite.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def load_suite(feed: Feed, root: Path | None = None) -> Suite:
    """The feed's own rules, those that follow from its declaration, and those on every delivery.

    A rule of the same id in the feed's file takes the place of any of these.
    """
    return _load(feed.model_dump_json(), root or settings.EXPECTATIONS)


@cache
def _load(declared: str, root: Path) -> Suite:
    feed = Feed.model_validate_json(declared)
    path = root / feed.agency / f"{feed.feed}.yml"
    own = read_suite(path)
    if own.name != feed.name:
        raise ValueError(f"{path}: says {own.name}, but its path says otherwise")
    mine = {rule.rule_id for rule in own.expectations}
    closed = {rule.column for rule in own.row_rules if rule.type == IN_SET and rule.severity != "info" and rule.column}
    common = (rule for rule in read_suite(root / "delivery.yml").expectations if feed.cadence in rule.meta.cadences)
    others = tuple(rule for rule in (*derived_rules(feed, closed), *common) if rule.rule_id not in mine)
    return Suite(name=own.name, expectations=own.expectations + others)
