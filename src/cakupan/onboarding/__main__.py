"""`python -m cakupan.onboarding`: write docs/pengiriman anew, a page per agency in each language."""

from cakupan.onboarding.agency_guide import pages

for path, text in pages().items():
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
