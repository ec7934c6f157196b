"""The pages that heads of office open in the morning: static, offline, in two languages, from a published night."""

from cakupan.dashboard.writing import FIRST_PAGE, NotPublished, write_pages

__all__ = ["FIRST_PAGE", "NotPublished", "write_pages"]
