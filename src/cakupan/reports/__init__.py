"""Reports that are handed over: one content, written as a page, as a PDF and as a workbook."""

from cakupan.reports.dbhcht import dbhcht_report
from cakupan.reports.dbhcht_figures import NoSuchNight, read_figures
from cakupan.reports.files import write

__all__ = ["NoSuchNight", "dbhcht_report", "read_figures", "write"]
