"""Writes dbt_project/models/latest from what models/marts publishes: `python scripts/latest_models.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"
FOLDER = PROJECT / "models/latest"
HEAD = "# Written by scripts/latest_models.py from models/marts; do not edit.\n"
BETWEEN = " | "
"""What stands between the English and the Indonesian of a description."""
ONE_NIGHT = (
    "The newest published night of marts.{} and no other, so that its rows can be counted and added.",
    "Malam terbit terbaru dari marts.{} saja, sehingga barisnya dapat dihitung dan dijumlahkan.",
)
CURRENT = (
    "As marts.{}, which shows no night but the newest published one.",
    "Seperti marts.{}, yang hanya menunjukkan malam terbit terbaru.",
)
ONE_VERSION = (
    "The newest version of each worker in marts.{}, one row per worker.",
    "Versi terbaru setiap pekerja di marts.{}, satu baris per pekerja.",
)
FIRST_DAY = "First day of {0}, for tools that want a date. | Hari pertama {0}, untuk alat yang meminta tanggal."


def published() -> dict[str, dict[str, Any]]:
    """Read the relations of schema marts, by name, as their YAML describes them."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(PROJECT.glob("models/marts/*/*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            # A model of another schema is not for readers of marts.
            if "schema=" not in (path.parent / f"{model['name']}.sql").read_text(encoding="utf-8"):
                found[model["name"]] = model
    return dict(sorted(found.items()))


def model_of(mart: dict[str, Any]) -> dict[str, Any]:
    """Describe the model that shows one night of a mart; beside each month as text stands its first day."""
    names = {column["name"] for column in mart["columns"]}
    opening = ONE_NIGHT if "as_of_date" in names else ONE_VERSION if "is_current" in names else CURRENT
    columns: list[dict[str, Any]] = []
    for column in mart["columns"]:
        columns.append({key: column[key] for key in ("name", "data_type", "description")})
        if column["name"].endswith("month") and column["data_type"] == "text":
            name = f"{column['name']}_on"
            columns.append({"name": name, "data_type": "date", "description": FIRST_DAY.format(column["name"])})
    said = zip(opening, mart["description"].split(BETWEEN), strict=True)
    return {
        "name": f"latest_{mart['name']}",
        "description": BETWEEN.join(f"{opens.format(mart['name'])} {text}" for opens, text in said),
        "columns": columns,
    }


def files() -> dict[Path, str]:
    """Return each file of the folder with what it holds."""
    marts = published()
    described = {"version": 2, "models": [model_of(mart) for mart in marts.values()]}
    text = yaml.safe_dump(described, sort_keys=False, allow_unicode=True, width=120)
    queries = {FOLDER / f"latest_{name}.sql": f"{{{{ newest_night_of(ref('{name}')) }}}}\n" for name in marts}
    return {FOLDER / "latest.yml": HEAD + text} | queries


if __name__ == "__main__":
    written = files()
    for path in FOLDER.iterdir():
        if path not in written:
            path.unlink()
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
