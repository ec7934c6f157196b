"""Write sbom.cdx.json, the list of all packages of the locks in CycloneDX, each with version, hashes and licence.

Run by `make sbom`, in an environment of its own; the licences are read off the packages installed in `.venv`. The same
locks give the same bytes: no time and no random number is in it, because its hash stands in the record of each run.
"""

from __future__ import annotations

import base64
import importlib.metadata
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
LOCKED = re.compile(
    r"^([A-Za-z0-9._-]+)==([^\s;]+)[^\n]*\\\n((?:\s+--hash=sha256:[0-9a-f]{64}[ \\]*\n?)+)", re.MULTILINE
)
LICENCES = tomllib.loads((ROOT / "licences.toml").read_text(encoding="utf-8"))


def python_packages() -> Iterator[Component]:
    """Yield the packages of requirements.lock."""
    installed = importlib.metadata.distributions(path=[str(_site_packages())])
    said = {_plain(found.metadata["Name"]): found for found in installed}
    for name, version, hashes in LOCKED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")):
        digests = [HashType(alg=HashAlgorithm.SHA_256, content=each) for each in re.findall(r"sha256:(\w+)", hashes)]
        yield _component("pypi", name, version, digests, _licence(name, said.get(_plain(name))))


def npm_packages() -> Iterator[Component]:
    """Yield the packages with which the pages' scripts are made and looked at."""
    lock = json.loads((ROOT / "dashboards" / "package-lock.json").read_text(encoding="utf-8"))
    for place, about in lock["packages"].items():
        if place:
            name = place.rpartition("node_modules/")[2]
            digest = base64.b64decode(about["integrity"].removeprefix("sha512-")).hex()
            hashes = [HashType(alg=HashAlgorithm.SHA_512, content=digest)]
            yield _component("npm", name, about["version"], hashes, about["license"])


def _component(kind: str, name: str, version: str, hashes: list[HashType], licence: str) -> Component:
    group, _, short = name.rpartition("/")
    url = PackageURL(kind, group or None, short, version)
    return Component(
        type=ComponentType.LIBRARY, name=name, version=version, purl=url, bom_ref=str(url), hashes=hashes,
        licenses=[LicenseFactory().make_from_string(licence)],
    )  # fmt: skip


def _licence(name: str, package: importlib.metadata.Distribution | None) -> str:
    """Return a package's licence as SPDX spells it; exits where nobody knows it."""
    if known := LICENCES["looked_up"].get(name):
        return str(known)
    if package is None:
        sys.exit(f"{name} is not installed in .venv, so that its licence is not known; look it up in licences.toml")
    about = package.metadata
    classified = [line.split(" :: ")[-1] for line in about.get_all("Classifier", []) if line.startswith("License ::")]
    said = about.get("License-Expression") or " OR ".join(
        LICENCES["spelled"].get(each, each) for each in classified or [(about.get("License") or "none").split("\n")[0]]
    )
    return str(LICENCES["spelled"].get(said, said))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _site_packages() -> Path:
    (folder,) = (ROOT / ".venv" / "lib").glob("python*/site-packages")
    return folder


def written() -> str:
    """Return the list as it is written; exits where it is not what CycloneDX asks for."""
    bom = Bom(components=[*python_packages(), *npm_packages()])
    told = json.loads(JsonV1Dot6(bom).output_as_string())
    told.pop("serialNumber", None)
    ours = {"type": "application", "name": "cakupan", "bom-ref": "cakupan"}
    told["metadata"] = {"component": ours | {"licenses": [{"license": {"id": "Apache-2.0"}}]}}
    text = json.dumps(told, indent=1, sort_keys=True) + "\n"
    if wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"sbom.cdx.json would be no CycloneDX: {wrong}")
    return text


if __name__ == "__main__":
    (ROOT / "sbom.cdx.json").write_text(written(), encoding="utf-8")
