"""`python -m cakupan.lineage`: write the column lineage and dbt's site anew.

Needs the installation's database running.
"""

from cakupan import settings
from cakupan.database import Role, connect
from cakupan.lineage.document import DOCUMENT, direct, document
from cakupan.lineage.figures import FIGURES, figures_of
from cakupan.lineage.models import DIRECT
from cakupan.lineage.project import read_project, write_site

target = settings.PROJECT / "target" / "dbt-docs"
write_site(target)
with connect(Role.LOADER) as connection:
    project = read_project(target, connection)
DOCUMENT.write_text(document(project))
DIRECT.write_text(direct(project))
FIGURES.write_text(figures_of(project))
