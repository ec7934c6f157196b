"""docker-compose.yml and what prepares it, checked without Docker."""

from __future__ import annotations

import importlib.util
import re
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cakupan import night
from cakupan.database import Role
from cakupan.database.declared_grants import declared
from cakupan.database.server import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
FILE = yaml.safe_load(COMPOSE)
CITUS = (ROOT / "docker-compose.citus.yml").read_text()
NODES: dict[str, Any] = yaml.safe_load(CITUS)["services"]
SERVICES: dict[str, Any] = FILE["services"]
EVERY_PART = {"pg_airflow_password", "postgres_tls_certificate", "airflow_fernet_key"}
A_NIGHT = {"pg_loader_password", "pg_transformer_password", "pg_viewer_password", "pg_auditor_password", "identity_key"}
BROKER = {"broker_password", "valkey_tls_certificate"}
WORKERS = ("airflow-worker", "airflow-worker-2")
OWN = {
    "postgres": {"pg_admin_password", "postgres_tls_certificate", "postgres_tls_key"},
    "set-up": EVERY_PART | A_NIGHT | {"airflow_jwt_secret", "airflow_admin_password"}
    | {f"pg_{role.name.lower()}_password" for role in Role},
    "airflow-api-server": EVERY_PART | {"airflow_jwt_secret"},
    "airflow-scheduler": EVERY_PART | A_NIGHT | BROKER | {"airflow_jwt_secret"},
    "valkey": BROKER | {"valkey_tls_key"},
    **dict.fromkeys(WORKERS, EVERY_PART | A_NIGHT | BROKER),
    "airflow-dag-processor": EVERY_PART,
    "airflow-triggerer": EVERY_PART,
    "superset": {"superset_secret_key", "superset_admin_password", "pg_bi_password", "postgres_tls_certificate"},
}  # fmt: skip
"""Which service may read which secret."""
OF_A_NIGHT = 80
"""Connections: of Airflow's components, of as many tasks as run at once, of dbt's threads, and some for a person."""

_spec = importlib.util.spec_from_file_location("make_env", ROOT / "scripts" / "make_env.py")
assert _spec and _spec.loader
make_env = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_env)


def test_the_files_follow_the_compose_specification() -> None:
    files = ["docker-compose.yml", "docker-compose.citus.yml"]
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", *files],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    "connections",
    [
        int(SETTINGS["max_connections"]),
        *map(int, re.findall(r"max_connections=(\d+)", COMPOSE + CITUS)),
    ],
)  # fmt: skip
def test_readers_who_hold_all_they_may_leave_a_night_connections(connections: int) -> None:
    of_readers = {"steward", "auditor", "bi", "viewer"}
    readers = sum(login.connections for name, login in declared().roles.items() if name in of_readers)
    offices = declared().office_login.connections * len(night.agencies())
    assert min(login.connections for name, login in declared().roles.items() if name in of_readers) > 0
    assert readers + offices + OF_A_NIGHT <= connections


def test_every_service_has_its_own_secrets_and_no_other() -> None:
    assert {name: set(service["secrets"]) for name, service in SERVICES.items()} == OWN


def test_every_secret_is_a_file_that_is_prepared() -> None:
    certified = {f"{name}_tls_{what}" for name in make_env.CERTIFIED for what in ("certificate", "key")}
    prepared = {*make_env.SECRETS, *certified}
    assert FILE["secrets"] == {name: {"file": f"secrets/{name}"} for name in prepared}
    assert set(make_env.ROLES) == {role.name for role in Role}


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_in_an_environment(name: str) -> None:
    service = SERVICES[name]
    for variable, value in service["environment"].items():
        if re.search(r"PASSWORD|SECRET|KEY(?!S)|CONN", variable):
            assert variable.endswith("_FILE"), variable
            assert value.removeprefix("/run/secrets/") in service["secrets"], variable
    files = [file["path"] for file in service.get("env_file", [])]
    assert ("agencies.env" in files) is (name in ("airflow-scheduler", *WORKERS)), "it holds the agencies' passwords"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"] and "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True and service["tmpfs"][0] == "/tmp"  # noqa: S108
    assert not service.get("privileged") and "network_mode" not in service and "pid" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_deliveries_and_keys_are_seen_by_those_who_run_a_night(name: str) -> None:
    mounted = {}
    for volume in SERVICES[name]["volumes"]:
        if isinstance(volume, str):
            source, _, target = volume.partition(":")
            mounted[source] = target
        else:
            mounted[f"{volume['source']}/{volume['volume']['subpath']}"] = volume["target"]
    assert ({"state", "keys"} <= set(mounted)) is (name in ("set-up", "airflow-scheduler", *WORKERS))
    assert not any(source.startswith((".", "/", "~")) for source in mounted), "nothing of the machine's own"
    if name == "airflow-api-server":
        assert mounted == {"state/airflow": "/var/lib/cakupan/airflow"}


def test_every_image_is_pinned_by_the_digest_that_was_looked_up() -> None:
    used = dict(re.findall(r"(\S+)@\$\{(\w+):\?run make env\}", COMPOSE + CITUS))
    assert used == {image: variable for variable, image in make_env.IMAGES.items()}
    for service in SERVICES.values():
        image = service["image"] if "build" not in service else service["build"]["args"]["BASE_IMAGE"]
        assert "@${" in image
    for folder in (ROOT, ROOT / "dashboards" / "superset"):
        bases = re.findall(r"^FROM (.*)$", (folder / "Dockerfile").read_text(), re.MULTILINE)
        assert bases == ["${BASE_IMAGE}"]


def test_every_variable_is_prepared_and_required() -> None:
    used = re.findall(r"\$\{(\w+)([^}]*)\}", COMPOSE + CITUS)
    assert {name for name, _ in used} == set(make_env.IMAGES)
    assert all(rest.startswith(":?") for _, rest in used), "a variable with a default would be a default password"


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "set-up"])
def test_a_service_that_stays_up_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_nothing_listens_beyond_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_postgres_is_seventeen_or_newer_and_speaks_tls() -> None:
    image = SERVICES["postgres"]["image"]
    assert int(image.removeprefix("postgres:").split("@")[0].split(".")[0]) >= 17
    assert "-c ssl=on" in SERVICES["postgres"]["command"]
    for name, service in SERVICES.items():
        if name not in ("postgres", "valkey"):
            assert service["environment"]["CAKUPAN_PG_SSLROOTCERT"] == "/run/secrets/postgres_tls_certificate"
            assert "CAKUPAN_PG_SSLMODE" not in service["environment"]


def test_the_airflow_services_run_the_image_built_from_the_lock() -> None:
    images = {name: service["image"] for name, service in SERVICES.items() if "build" in service and name != "superset"}
    assert len(set(images.values())) == 1
    assert {"airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"} < set(images)
    assert "requirements.lock" in (ROOT / "Dockerfile").read_text()


def test_workers_and_their_broker_are_started_by_their_profile_alone() -> None:
    for name in ("valkey", *WORKERS):
        assert SERVICES[name]["profiles"] == ["celery"]
    command = SERVICES["airflow-worker"]["command"]
    assert command[:5] == ["python", "-m", "cakupan.orchestration.component", "celery", "worker"]
    assert SERVICES["airflow-worker-2"] == SERVICES["airflow-worker"]
    started = SERVICES["valkey"]["entrypoint"][2]
    assert "port 0" in started and "tls-port 6379" in started and "requirepass" in started
    assert "ports" not in SERVICES["valkey"]


@pytest.mark.parametrize("name", ["citus-worker-1", "citus-worker-2"])
def test_a_node_of_the_cluster_can_do_no_more_than_it_must_and_is_reached_by_the_others_alone(name: str) -> None:
    node, network = NODES[name], yaml.safe_load(CITUS)["networks"]["nodes"]
    assert node["networks"] == ["nodes"] and network["internal"] is True and "ports" not in node
    assert node["cap_drop"] == ["ALL"] and node["read_only"] is True and "secrets" not in node
    assert node["security_opt"] == ["no-new-privileges:true"]
    assert node["environment"]["POSTGRES_DB"] == NODES["postgres"]["environment"]["POSTGRES_DB"] == "warehouse"
    ((_, target),) = [volume.split(":") for volume in node["volumes"]]
    assert node["environment"]["PGDATA"].startswith(f"{target}/")


def test_the_coordinator_asks_for_a_password_unless_a_node_comes() -> None:
    coordinator, network = NODES["postgres"], yaml.safe_load(CITUS)["networks"]["nodes"]
    lines = re.findall(r"echo '([^']*)'", coordinator["entrypoint"][2])
    subnet = network["ipam"]["config"][0]["subnet"]
    assert lines == ["local all all trust", f"host all all {subnet} trust", "host all all all scram-sha-256"]
    assert (
        "hba_file=/var/run/postgresql/pg_hba.conf" in coordinator["command"] and "-c ssl=on" in coordinator["command"]
    )
    assert {name for name, service in NODES.items() if "nodes" in service["networks"]} == set(NODES)
    assert len({service["image"] for service in NODES.values()}) == 1


def test_superset_is_started_by_its_profile_alone_from_its_own_lock() -> None:
    assert SERVICES["superset"]["profiles"] == ["superset"]
    folder = ROOT / SERVICES["superset"]["build"]["context"]
    assert "--require-hashes -r requirements.lock" in (folder / "Dockerfile").read_text()
    assert "http" not in (folder / "requirements.lock").read_text()


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program `docker` that pulls nothing and names a digest for each image."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "docker"
    program.write_text('#!/bin/sh\n[ "$1" = pull ] || echo "${5%%:*}@sha256:$(printf %064d 7)"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return program


def test_what_is_prepared_is_private_and_made_once(tmp_path: Path, docker: Path) -> None:
    assert make_env.main(tmp_path) == 0
    folder = tmp_path / "secrets"
    assert oct(folder.stat().st_mode & 0o777) == "0o700", "no other account of the machine gets to its files"
    before = {path.name: path.read_text() for path in (*folder.iterdir(), tmp_path / ".env")}
    assert set(before) == {*FILE["secrets"], ".env"}
    assert len({before[name] for name in make_env.SECRETS}) == len(make_env.SECRETS), "no two are the same"
    assert all(len(before[name]) >= 24 for name in make_env.SECRETS)
    assert before[".env"].splitlines() == [f"{name}=sha256:{7:064d}" for name in make_env.IMAGES]
    assert make_env.main(tmp_path) == 0
    assert before == {path.name: path.read_text() for path in (*folder.iterdir(), tmp_path / ".env")}


@pytest.mark.parametrize("name", make_env.CERTIFIED)
def test_a_certificate_is_for_the_name_by_which_the_services_know_it(name: str, tmp_path: Path, docker: Path) -> None:
    make_env.main(tmp_path)
    context = ssl.create_default_context(cafile=tmp_path / "secrets" / f"{name}_tls_certificate")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*(tmp_path / "secrets" / f"{name}_tls_{what}" for what in ("certificate", "key")))
    assert _shake_hands(context, server, name) == ""
    assert "not valid for 'elsewhere'" in _shake_hands(context, server, "elsewhere")


def _shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> str:
    """Have the two agree on TLS in memory; returns what the client has against it."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [client.wrap_bio(back, there, server_hostname=name), server.wrap_bio(there, back, server_side=True)]
    for _ in range(3):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                return str(error)
    return ""


def test_secrets_and_settings_of_an_earlier_version_are_taken_over(
    tmp_path: Path, docker: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text(
        "CAKUPAN_IDENTITY_KEY=of old\nAIRFLOW_FERNET_KEY=too\nSUPERSET_SECRET_KEY=and this\n"
    )
    (tmp_path / "agencies.env").write_text('# ours\nCAKUPAN_OPENING=02:00\nAIRFLOW_CONN_AGENCY_BPS={"password": "p"}\n')
    assert make_env.main(tmp_path) == 0
    secrets = tmp_path / "secrets"
    taken = [(secrets / name).read_text() for name in ("identity_key", "airflow_fernet_key", "superset_secret_key")]
    assert taken == ["of old", "too", "and this"]
    assert (tmp_path / "settings.env").read_text() == "CAKUPAN_OPENING=02:00\n"
    told = capsys.readouterr().out
    assert "delete their lines there" in told and "CAKUPAN_OPENING" in told and "of old" not in told


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 1", "docker pull failed"),
        ("echo '<no value>'", "names no digest of postgres:18"),
        (None, "there is no docker"),
    ],
)
def test_without_digests_it_says_so_and_the_secrets_stay(
    script: str | None, told: str, tmp_path: Path, docker: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docker.unlink() if script is None else docker.write_text(f"#!/bin/sh\n{script}\n")
    assert make_env.main(tmp_path) == 1
    assert told in capsys.readouterr().err
    assert (tmp_path / "secrets" / "identity_key").exists() and not (tmp_path / ".env").exists()
