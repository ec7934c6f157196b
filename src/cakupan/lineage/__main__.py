"""`python -m cakupan.lineage`: write the column lineage anew.

Needs the installation's database running.
"""

from cakupan import settings
from cakupan.database import Role, connect
from cakupan.lineage.document import DOCUMENT, column_lineage_page, direct_sources_json
from cakupan.lineage.figure_feeds import FIGURE_FEEDS, figure_feeds_json
from cakupan.lineage.models import DIRECT
from cakupan.lineage.project import compile_project, read_project

target = settings.PROJECT / "target" / "dbt-compiled"
compile_project(target)
with connect(Role.LOADER) as connection:
    project = read_project(target, connection)
DOCUMENT.write_text(column_lineage_page(project))
DIRECT.write_text(direct_sources_json(project))
FIGURE_FEEDS.write_text(figure_feeds_json(project))
