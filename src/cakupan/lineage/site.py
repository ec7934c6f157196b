"""`python -m cakupan.lineage.site`: write dbt's own documentation as one page; needs no database."""

from cakupan import settings
from cakupan.lineage.project import write_site

write_site(settings.PROJECT / "target" / "dbt-docs")
