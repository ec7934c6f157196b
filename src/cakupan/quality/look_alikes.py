"""Characters that look like others: which ones a code, a key or a value of a closed list may not hold.

Each pattern is read alike by Python and by PostgreSQL.
"""

from __future__ import annotations

_ACCENTED = (
    r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0130\u0134-\u0137\u0139-\u0148\u014a-\u017e\u01cd-\u01dc\u01de-\u01f0"
    r"\u01f4\u01f5\u01f8-\u021b\u021e-\u0233\u1e00-\u1eff"
)
"""Latin letters with their accents: they look like themselves alone."""
_ODD_IN_TEXT = (
    r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"  # spaces of other widths
    r"\u00aa\u00b2\u00b3\u00b5\u00b9\u00ba\u00bc-\u00be\u2070-\u209f\u2100-\u218f\u2460-\u24ff"  # signs made of letters
    r"\u0131-\u0133\u0138\u017f\u01c0-\u01c3\u0250-\u02ff\u0370-\u1dff\u1f00-\u1fff\u2c00-\u2dff"  # other alphabets
    r"\u2e80-\ufdff\ufe30-\uffef\U00010000-\U0001f2ff\U0001fb00-\U0001fbff\U00020000-\U0010ffff"
)
CODE = f"^[ -~{_ACCENTED}]*$"
"""A code: ASCII and accented Latin letters; dashes, quotes and blanks of other kinds are look-alikes too."""
TEXT = f"^[^{_ODD_IN_TEXT}]*$"
"""A text that is a key: the dashes and quotes that a word processor puts in are its own."""
ODD_IN_CODE = f"[^ -~{_ACCENTED}]"
ODD_IN_TEXT = f"[{_ODD_IN_TEXT}]"
ODD_IN_LIST = r"[^ -~\t\u00a0]"
"""In a code of a form of its own; blanks of any kind may stand around the commas of a list."""
NOT_ASCII = "[^ -~]"
