"""docker-compose.yml and the secrets it asks for, checked without Docker."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]

_spec = importlib.util.spec_from_file_location("make_env", ROOT / "scripts" / "make_env.py")
assert _spec and _spec.loader
make_env = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_env)


def test_the_file_follows_the_compose_specification() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_variable_is_generated_and_required() -> None:
    used = re.findall(r"\$\{(\w+)([^}]*)\}", COMPOSE)
    assert {name for name, _ in used} == set(make_env.variables())
    assert all(rest.startswith(":?") for _, rest in used), "a variable with a default would be a default password"


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "set-up"])
def test_a_service_that_stays_up_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_nothing_listens_beyond_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_postgres_is_seventeen_or_newer() -> None:
    assert int(SERVICES["postgres"]["image"].removeprefix("postgres:").split(".")[0]) >= 17


def test_the_airflow_services_run_the_image_built_from_the_lock() -> None:
    images = {name: service["image"] for name, service in SERVICES.items() if name not in ("postgres", "superset")}
    assert len(set(images.values())) == 1
    assert {"airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"} < set(images)
    assert "requirements.lock" in (ROOT / "Dockerfile").read_text()


def test_superset_is_started_by_its_profile_alone_from_its_own_lock() -> None:
    assert SERVICES["superset"]["profiles"] == ["superset"]
    folder = ROOT / SERVICES["superset"]["build"]
    assert "--require-hashes -r requirements.lock" in (folder / "Dockerfile").read_text()
    assert "http" not in (folder / "requirements.lock").read_text()


def test_secrets_are_generated_once_and_private(tmp_path: Path) -> None:
    assert make_env.main(tmp_path) == 0
    env = tmp_path / ".env"
    assert oct(env.stat().st_mode & 0o777) == "0o600"
    before = env.read_text()
    assert make_env.main(tmp_path) == 1
    assert env.read_text() == before
    assert make_env.variables() != make_env.variables()
