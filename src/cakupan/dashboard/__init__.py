"""The pages that heads of office open in the morning: static, offline, in two languages, from a published night."""

from cakupan.dashboard.figures import NotPublished, read_figures
from cakupan.dashboard.writing import FIRST_PAGE, write_pages

__all__ = ["FIRST_PAGE", "NotPublished", "read_figures", "write_pages"]
