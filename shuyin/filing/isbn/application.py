"""ISBN/CIP線上申請 (C4): the application as data, in the six steps of S0, one filing for all forms that are ticked.

Kind `isbn`, 掛號單號 I115-000001, permission to file `filing.file`, to handle `isbn.review`.

States (`states.py`): draft → submitted → (returned ⇄ resubmitted) → processing → assigned → cataloguing → released →
confirmed; withdrawn, refused. Transitions: `send`, `resend`, `withdraw` (filer); `open`, `return`, `refuse`,
`assign` (check-list), `catalogue`, `release` (staff, `isbn.review`); `confirm` (system, when all numbers of the filing
are confirmed). `return` from `assigned` keeps the numbers: `resend` leads to resubmitted, `assign` gives them again.
`EFFECTS` maps a transition to what is done in its transaction, `(session, office, row, by) → letter's extra values`.

Field ids (answers; all text unless noted):
- step `filler`: forms [print|audio|ebook], publisher, filler, filler_email, filler_phone, filler_extension,
  filler_mobile, filler_fax
- step `carry`: no fields; the look-up copies a former record's answers into the later steps
- step `common`: title, authors, language, language_other, national_language, national_other, audience, shelf,
  shelf_children, shelf_textbook, topic, rating, imported (yes|no)
- step `specific`, for each form F of print, ebook, audio: F_edition, F_revised (yes|no), F_former_isbn,
  F_published (YYYY-MM), F_numbering (single|set|both), F_volumes, F_set_title, F_parts (rows: number, isbn, title;
  of e-books and audiobooks also format); print_height, print_width (cm), print_pages,
  print_bindings [hard|soft|other|attachment], print_price_hard, print_price_soft, print_other_binding,
  print_price_other, print_attachment, print_price_attachment; ebook_formats [EPUB|PDF|FLASH|Zinio PDF|other],
  ebook_format_other, ebook_price, ebook_named [yes], ebook_joint (yes|no), ebook_first_named (yes|no),
  ebook_extension; audio_formats [MP3|CD|other], audio_format_other, audio_price, audio_spoken [yes]
- step `specific`, of all forms: intro, contents, keywords (a;b), subjects (a,b), classes (a,b)
- step `files`: uploads title_page, copyright_page, cover, audio_rights, audio_cover
- step `send`: cip (yes|no, asked on sending), cip_excluded [codes of values.CIP_EXCLUSIONS]

The number of the recommendation that the AI dialogue showed is kept as answer `recommendation` (int, absent if none):
the desk gives it to `ai_subjects.services.note_assigned`. The supplementary CIP (kind `cip`, `supplement.py`) has the
same field ids, `isbn` instead of the numbering, and the same states without `assigned`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shuyin.filing.engine.declaration import Filing, mark
from shuyin.filing.isbn import effects, states
from shuyin.filing.isbn.publisher_fields import prefilled
from shuyin.filing.isbn.steps import CARRY, COMMON, FILES, FILLING, SENDING, SPECIFIC

#: What assignment, cataloguing and release do, by transition.
EFFECTS: Mapping[str, Callable[..., Mapping[str, Any]]] = {
    "assign": effects.assign,
    "catalogue": effects.catalogue,
    "release": effects.release,
}

APPLICATION = Filing(
    kind="isbn",
    title=mark("ISBN／CIP 線上申請"),
    reference="I",
    steps=(FILLING, CARRY, COMMON, SPECIFIC, FILES, SENDING),
    states=states.STATES,
    transitions=(
        *states.FILER_TRANSITIONS, *states.REVIEW, states.ASSIGN, states.CATALOGUE, states.RELEASE, states.CONFIRM
    ),
    closing=mark("已收到您的申請。請至「申請進度查詢」查看處理狀態與回覆訊息。"),
    email_field="filler_email",
    permission="filing.file",
    review_permission=states.PERMISSION,
    checklist=states.CHECKLIST,
    retention_days=3650,
    prefill=prefilled,
    effects=EFFECTS,
)  # fmt: skip
