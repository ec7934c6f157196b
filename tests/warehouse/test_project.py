"""The dbt project as written, without a database."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from cakupan import settings
from cakupan.feeds import load_feeds
from tests.warehouse.conftest import dbt

PROJECT = settings.DBT_PROJECT


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory):
    outcome = dbt(tmp_path_factory.mktemp("dbt"), "parse", CAKUPAN_PG_TRANSFORMER_PASSWORD="not needed to parse")
    assert outcome.success, outcome.exception
    return outcome.result


@pytest.fixture(scope="module")
def marts(manifest):
    folder = Path("models/marts")
    models = [node for node in manifest.nodes.values() if node.resource_type == "model"]
    return [model for model in models if folder in Path(model.original_file_path).parents]


def test_every_feed_has_a_staging_model_of_its_name() -> None:
    staged = {
        path.relative_to(PROJECT / "models/staging").with_suffix("") for path in PROJECT.glob("models/staging/*/*")
    }
    assert staged == {Path(feed.agency, feed.feed) for feed in load_feeds(settings.FEEDS)}


def test_no_two_agencies_name_a_feed_alike() -> None:
    # A staging model is called like its feed, and dbt wants names to be unique.
    assert max(Counter(feed.feed for feed in load_feeds(settings.FEEDS)).values()) == 1


def test_every_mart_opens_with_its_grain_and_says_what_it_is_not_for(marts) -> None:
    assert len(marts) > 30
    for model in marts:
        assert model.description.startswith("One row per"), model.name
        assert "Must not be" in model.description, model.name


def test_every_mart_has_an_enforced_contract_and_every_column_a_meaning(marts) -> None:
    for model in marts:
        assert model.config.contract.enforced or model.schema == "identity", model.name
        assert model.columns, model.name
        for column in model.columns.values():
            assert column.description and column.data_type, f"{model.name}.{column.name}"


def test_money_rates_and_dates_have_the_types_readers_count_on(marts) -> None:
    for model in marts:
        for name, column in model.columns.items():
            kind = column.data_type
            assert not name.endswith("_idr") or kind == "bigint", f"{model.name}.{name}"
            assert not name.endswith("_rate") or kind == "numeric(18, 6)", f"{model.name}.{name}"
            assert not name.endswith(("_date", "_on")) or kind == "date", f"{model.name}.{name}"
            assert not name.endswith("_key") or kind == ("text" if name == "finding_key" else "uuid")


def test_every_rule_is_one_file_and_one_row_of_the_catalogue() -> None:
    with (PROJECT / "seeds/finding_rule.csv").open(encoding="utf-8") as lines:
        catalogue = {row["finding_code"] for row in csv.DictReader(lines)}
    files = {path.stem.upper() for path in PROJECT.glob("models/rules/*.sql")}
    union = (PROJECT / "models/marts/audit/audit_findings.sql").read_text(encoding="utf-8")
    assert files == catalogue
    assert all(f"'{code.lower()}'" in union for code in catalogue)


@pytest.mark.parametrize("path", sorted(PROJECT.glob("models/rules/*.sql")), ids=lambda path: path.stem)
def test_a_rule_opens_with_a_sentence(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("-- ")
    assert first.endswith(".")


def test_every_layer_of_a_night_selects_something_and_no_unit_test(manifest, tmp_path: Path) -> None:
    chosen: list[str] = []
    for layer in ("reference", "facts", "marts", "findings"):
        listed = dbt(tmp_path, "list", "--selector", layer, "--output", "name", CAKUPAN_PG_TRANSFORMER_PASSWORD="-")
        assert listed.result, layer
        chosen += listed.result
    built = {
        n.name for n in manifest.nodes.values() if n.resource_type != "model" or n.config.materialized != "ephemeral"
    }
    assert built <= set(chosen)
    assert not {test.name for test in manifest.unit_tests.values()} & set(chosen)
