"""Prints docs/pertanyaan.md from the catalogue of questions: `python scripts/questions_doc.py > docs/pertanyaan.md`."""

from __future__ import annotations

import sys

from cakupan.answers.catalogue import Question, questions

OPENING = """\
# Pertanyaan kepala perangkat daerah / Questions of a head of office

Lima belas pertanyaan, masing-masing dijawab oleh satu perintah dan oleh halaman pagi *Lima belas pertanyaan*
(`pertanyaan.html`), yang berjarak satu klik dari halaman pertama; halaman lain yang disebut memperlihatkan konteksnya.
Jawaban menurut malam terbit terbaru; `--date 2025-09-09` menjawab menurut malam lain, `--format json` untuk program,
`--lang en` dalam bahasa Inggris. Sel `*` memuat terlalu sedikit orang untuk ditampilkan. Yang tidak dikirim siapa pun
tidak dikarang: jawabannya menyebut apa yang kurang dan memberi yang terdekat. `python scripts/questions_doc.py`
menulis halaman ini.

*Fifteen questions, each answered by one command and on the morning's page "Fifteen questions" (`pertanyaan.html`), one
click from the first page; the other page named shows the context. As of the newest published night; `--date 2025-09-09`
answers for another, `--format json` for programs, `--lang en` in English. A cell `*` holds too few persons to be shown.
What nobody delivers is not made up: the answer names what is missing and gives the nearest.*
"""


def section(question: Question) -> str:
    """Write one question."""
    return f"""\
## {question.number}. {question.asks.id}

*{question.asks.en}*

```sh
{question.command}
```

Halaman / page: `pertanyaan.html#pertanyaan-{question.number}`, konteks / context: `{question.page}`.
Dari / from: {", ".join(f"`{name}`" for name in question.rests_on)}.

{question.read_as.id} *{question.read_as.en}*

**Yang tidak dapat dikatakan:** {question.cannot.id} ***What it cannot say:*** *{question.cannot.en}*
"""


def page() -> str:
    """Write the page."""
    return "\n".join([OPENING, *(section(question) for question in questions())])


if __name__ == "__main__":
    sys.stdout.write(page())
