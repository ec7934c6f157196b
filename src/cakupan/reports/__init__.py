"""Reports that are handed over: one content, written as a page, as a PDF and as a workbook."""

from cakupan.reports.dbhcht import dbhcht_report
from cakupan.reports.figures import NoSuchNight, figures_of
from cakupan.reports.files import write

__all__ = ["NoSuchNight", "dbhcht_report", "figures_of", "write"]
