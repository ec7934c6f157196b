"""The dbt project as written, without a database."""

from __future__ import annotations

import csv
import re
import runpy
from collections import Counter
from pathlib import Path

import pytest
import sqlglot
import yaml

from cakupan import publish, settings
from cakupan.feeds import load_feeds
from simulator.budget import OTHERS
from simulator.offices import OFFICES
from tests.feeds.test_declarations import INTERFACE
from tests.warehouse.conftest import dbt

PROJECT = settings.DBT_PROJECT
NO_PASSWORD = {"CAKUPAN_PG_TRANSFORMER_PASSWORD": "not needed to parse"}
SEVERITIES = {"audit_findings": {"critical", "warning"}, "audit_observations": {"notice", "info"}}


def catalogue() -> list[dict[str, str]]:
    with (PROJECT / "seeds/finding_rule.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory):
    outcome = dbt(tmp_path_factory.mktemp("dbt"), "parse", **NO_PASSWORD)
    assert outcome.success, outcome.exception
    return outcome.result


@pytest.fixture(scope="module")
def marts(manifest):
    models = [node for node in manifest.nodes.values() if node.resource_type == "model"]
    return [model for model in models if model.fqn[1] == "marts"]


@pytest.fixture(scope="module")
def stored(manifest):
    return [node for node in manifest.nodes.values() if node.resource_type == "model" and node.fqn[1] == "warehouse"]


@pytest.fixture(scope="module")
def rules(manifest):
    """Each rule's model with its sentence in the catalogue."""
    sentences = {row["finding_code"].lower(): row["sentence_en"] for row in catalogue()}
    return [(node, sentences[node.name]) for node in manifest.nodes.values() if "rules" in node.fqn[1:2]]


def test_every_feed_has_a_staging_model_of_its_name() -> None:
    staged = {
        path.relative_to(PROJECT / "models/staging").with_suffix("") for path in PROJECT.glob("models/staging/*/*")
    }
    assert staged == {Path(feed.agency, feed.feed) for feed in load_feeds(settings.FEEDS)}


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / f"seeds/{name}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_an_office_has_one_name_everywhere() -> None:
    named = {row["agency_code"]: row["agency_name"] for row in seed("agency")}
    assert {feed.name: feed.owner for feed in load_feeds(settings.FEEDS)} == {
        feed.name: named[feed.agency] for feed in load_feeds(settings.FEEDS)
    }


def test_the_simulated_city_calls_its_offices_what_the_reference_data_does() -> None:
    named = {row["skpd_code"]: row["agency_name"] for row in seed("agency")}
    paying = {office.skpd: office.name for office in OFFICES} | {skpd: name for skpd, name, *_ in OTHERS}
    assert {skpd: name for skpd, name in paying.items() if skpd in named} == {
        skpd: named[skpd] for skpd in paying if skpd in named
    }


def test_known_categories_are_those_of_the_expectations() -> None:
    known = {
        (path.parent.name + "." + path.stem, rule["kwargs"]["column"], value)
        for path in settings.EXPECTATIONS.glob("*/*.yml")
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["expectations"]
        if rule["meta"]["rule_id"].endswith(".known")
        for value in rule["kwargs"]["value_set"]
    }
    assert known == {(row["roster"], row["column_name"], row["worker_category"]) for row in seed("roster_category")}


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
        assert model.config.contract.enforced, model.name
        assert model.columns, model.name
        for column in model.columns.values():
            assert column.description and column.data_type, f"{model.name}.{column.name}"


def test_what_is_open_is_described_as_the_marts_are(manifest) -> None:
    models = [node for node in manifest.nodes.values() if node.resource_type == "model" and node.fqn[1] == "open"]
    assert len(models) > 10
    for model in models:
        assert (model.schema, model.alias) == ("open", model.name.removeprefix("open_")), model.name
        assert model.config.contract.enforced and "small_cells_hidden(" in model.raw_code, model.name
        assert model.description.startswith("One row per") and "Must not be" in model.description, model.name
        assert all(column.description and column.data_type for column in model.columns.values()), model.name


def test_what_readers_are_told_is_told_in_both_languages(marts, manifest) -> None:
    others = [node for node in manifest.nodes.values() if node.fqn[1] in ("latest", "open")]
    assert {node.fqn[1] for node in others} == {"latest", "open"} and len(others) > 50
    for model in [*marts, *others]:
        for text in (model.description, *(column.description for column in model.columns.values())):
            english, indonesian = text.split(" | ")
            assert english.strip().endswith((".", "|.")) and indonesian.strip().endswith("."), f"{model.name}: {text}"


def test_what_columns_of_one_name_mean_is_written_once() -> None:
    """In models/columns.md, from where the models' descriptions take it."""
    meanings = Counter(
        (column["name"], column["description"])
        for path in PROJECT.rglob("models/**/*.yml")
        if path.parent.name != "latest"  # written from the others
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", ())
        for column in model.get("columns", ())
        if "description" in column
    )
    written = {meaning: count for meaning, count in meanings.items() if "doc(" not in meaning[1]}
    assert [meaning for meaning, count in written.items() if count > 1] == []
    blocks = re.findall(r"{% docs (\w+) %}", (PROJECT / "models/columns.md").read_text(encoding="utf-8"))
    assert sorted(blocks) == sorted({re.search(r"'(\w+)'", text)[1] for _, text in meanings if "doc(" in text})


def test_staging_and_intermediate_models_say_what_a_row_is_and_what_each_column_means(manifest) -> None:
    described = [
        node
        for node in manifest.nodes.values()
        if node.resource_type == "model" and {"staging", "intermediate"} & set(node.fqn) and node.description
    ]
    assert {node.name for node in described} >= {path.stem for path in PROJECT.glob("models/intermediate/*.sql")}
    # A feed declared since is described by its source, which is made from the declaration.
    assert {".".join(node.fqn[-2:]) for node in described if "staging" in node.fqn} >= set(INTERFACE)
    for node in described:
        assert node.description.startswith("One row per"), node.name
        assert node.columns and all(column.description for column in node.columns.values()), node.name


def test_money_rates_and_dates_have_the_types_readers_count_on(marts) -> None:
    for model in marts:
        for name, column in model.columns.items():
            kind = column.data_type
            assert not name.endswith("_idr") or kind == "bigint", f"{model.name}.{name}"
            assert not name.endswith("_rate") or kind == "numeric(18, 6)", f"{model.name}.{name}"
            assert not name.endswith(("_date", "_on")) or kind == "date", f"{model.name}.{name}"
            assert not name.endswith("_key") or kind == ("text" if name in {"finding_key", "row_key"} else "uuid")


@pytest.mark.parametrize(
    ("mart", "folder"),
    [("audit_findings", "models/rules"), ("audit_observations", "models/rules/observations")],
)
def test_every_rule_is_one_file_one_row_of_the_catalogue_and_part_of_its_mart(mart: str, folder: str) -> None:
    files = {path.stem for path in (PROJECT / folder).glob("*.sql")}
    assert files
    assert files == {row["finding_code"].lower() for row in catalogue() if row["mart"] == mart}
    union = (PROJECT / f"models/warehouse/audit/stored_{mart}.sql").read_text(encoding="utf-8")
    assert sorted(re.findall(r"'(\w+)',", union.split("findings_of([")[1])) == sorted(files)


def test_every_rule_s_description_opens_with_its_sentence_of_the_catalogue(rules) -> None:
    assert {rule.name: rule.description[: len(sentence)] for rule, sentence in rules} == {
        rule.name: sentence for rule, sentence in rules
    }


def test_a_rule_s_yaml_names_the_columns_that_it_selects_and_says_what_is_compared(rules) -> None:
    for rule, _ in rules:
        assert list(rule.columns) == selected(rule.raw_code), rule.name
        for amount in ("expected_idr", "actual_idr"):
            assert (amount in rule.columns) == ("expected_idr" in rule.columns), rule.name
            assert amount not in rule.columns or rule.columns[amount].description, rule.name


def selected(model: str) -> list[str]:
    """The columns of a model's outermost select, whatever its macros stand for."""
    plain = re.sub(r"\(\s*{{[^}]*}}\s*\)", "(select 1)", model)
    plain = re.sub(r"{{[^}]*}}", " x", plain)
    return sqlglot.parse_one(plain, dialect="postgres").named_selects


def test_every_observation_is_tested_by_hand_made_rows(manifest, rules) -> None:
    tested = {test.model for test in manifest.unit_tests.values()}
    assert tested >= {rule.name for rule, _ in rules if "observations" in rule.fqn}


def test_the_catalogue_says_what_a_rule_rests_on_and_how_sure_that_is() -> None:
    for row in catalogue():
        assert row["basis_state"] in {"VERIFIED", "SECONDARY", "UNVERIFIED", "LOGIC"}, row["finding_code"]
        assert row["legal_basis"] or row["basis_state"] in {"LOGIC", "UNVERIFIED"}, row["finding_code"]
        assert row["severity"] in SEVERITIES[row["mart"]], row["finding_code"]
        assert row["sentence_id"].endswith("."), row["finding_code"]
        assert row["sentence_en"].endswith("."), row["finding_code"]


def test_the_page_of_findings_says_what_the_catalogue_says() -> None:
    document = runpy.run_path(str(settings.PROJECT / "scripts/findings_doc.py"))["document"]
    assert (settings.PROJECT / "docs/findings.md").read_text(encoding="utf-8") == document()


def test_every_stored_table_has_a_key_and_one_published_model(marts, stored) -> None:
    published = {model.name for model in marts}
    without = {model.name for model in stored if not any(index.get("unique") for index in model.config.get("indexes"))}
    # Its key holds a column that can be empty: the test lineage_key_is_unique stands for the index.
    assert without == {"stored_dbhcht_lineage"}
    for model in stored:
        assert {"run_id", "validation_id"} & set(model.columns), model.name
        assert model.alias == model.name.removeprefix("stored_") in published, model.name


def test_what_readers_query_is_called_alike_in_the_graph_and_in_the_database(marts) -> None:
    for model in marts:
        assert (model.schema, model.alias) == ("marts", model.name)


def superset_relations() -> dict[str, set[str]]:
    """The relations behind the charts of each dashboard of the Superset bundle, by the name of its exposure."""
    script = runpy.run_path(str(settings.PROJECT / "scripts/superset_bundle.py"))
    found: dict[str, set[str]] = {}
    for title, charts in script["CHARTS"].items():
        name = "superset_" + script["word"](title.split(" / ", maxsplit=1)[0])
        for _, _, source, *_ in charts:
            dataset = script["dataset"](source)
            named = re.findall(
                r"(?:marts|latest)\.\w+", dataset["sql"] or f"{dataset['schema']}.{dataset['table_name']}"
            )
            found.setdefault(name, set()).update(named)
    return found


def test_exposures_name_what_is_read(manifest) -> None:
    """The relations in the SQL of the files an exposure names are those it depends on."""
    built = {
        node.relation_name.replace('"', "").split(".", 1)[1]: node.unique_id
        for node in manifest.nodes.values()
        if node.resource_type in ("model", "seed") and node.relation_name
    }
    exposures = {exposure.name: exposure for exposure in manifest.exposures.values()}
    everything = {unique_id for relation, unique_id in built.items() if relation.startswith("marts.")}
    assert set(exposures.pop("bi_schema").depends_on.nodes) == everything
    bundle = superset_relations()
    for name in bundle:
        assert {built[relation] for relation in bundle[name]} == set(exposures.pop(name).depends_on.nodes), name
    assert set(exposures) == {
        "dbhcht_report",
        "trace_page",
        "morning_summary",
        "dashboard",
        "fifteen_questions",
        "fiscal_export",
        "office_scorecards",
    }
    for exposure in exposures.values():
        paths = [settings.PROJECT / path for path in exposure.config.meta["reads"]]
        files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*.*"))]
        text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.suffix in (".py", ".sql"))
        named = {
            name.replace(".history_", ".")
            for name in re.findall(r"\b(?:marts|open|warehouse|reference|identity)\.\w+", text)
        }
        assert set(exposure.depends_on.nodes) == {built[name] for name in named & set(built)}, exposure.name


def test_every_node_is_built_or_tested_in_one_layer_of_a_night(manifest, tmp_path: Path) -> None:
    views = {n.name for n in manifest.nodes.values() if n.config.materialized == "standing_view"}
    chosen: list[str] = []
    for layer in publish.LAYERS:
        listed = nodes_of(layer, tmp_path)
        assert views & set(listed), layer
        if layer != "reference":
            assert sorted(nodes_of(f"{layer}_on_standing_views", tmp_path)) == sorted(set(listed) - views)
        chosen += listed
    built = {
        n.name
        for n in manifest.nodes.values()
        if n.resource_type != "operation" and (n.resource_type != "model" or n.config.materialized != "ephemeral")
    }
    assert sorted(chosen) == sorted(built)
    assert not {test.name for test in manifest.unit_tests.values()} & set(chosen)


def nodes_of(selector: str, state: Path) -> list[str]:
    return dbt(state, "list", "--selector", selector, "--output", "name", **NO_PASSWORD).result
