"""`python -m cakupan.lineage`: write the column lineage anew. Needs the installation's database running."""

import tempfile
from pathlib import Path

from cakupan.database import Role, connect
from cakupan.lineage.document import DOCUMENT, direct, document
from cakupan.lineage.figures import FIGURES, figures_of
from cakupan.lineage.models import DIRECT
from cakupan.lineage.project import compile_project, read_project

with tempfile.TemporaryDirectory() as target:
    compile_project(Path(target))
    with connect(Role.LOADER) as connection:
        project = read_project(Path(target), connection)
DOCUMENT.write_text(document(project))
DIRECT.write_text(direct(project))
FIGURES.write_text(figures_of(project))
