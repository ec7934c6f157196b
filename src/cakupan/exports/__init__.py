"""Published figures in open formats, for those who compute on with them."""

from cakupan.exports.fiscal import fiscal_package, write

__all__ = ["fiscal_package", "write"]
