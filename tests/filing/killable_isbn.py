"""A process in which ten publishers file for numbers and staff assign them until it is killed. For `test_isbn_kills`.

Prints a line only after the transaction it speaks of was committed.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from sqlalchemy import select

from shuyin.filing.engine import drafts, flow, uploads
from shuyin.filing.isbn import assignment
from shuyin.filing.office import By, Office
from shuyin.notify.services import deliver
from shuyin.notify.transports import transport_for
from shuyin.records import database
from shuyin.records.models import User
from shuyin.records.vault import Vault
from tests.filing.conftest import PDF, as_form
from tests.filing.isbn_desk import APPLICATION, PLAIN, TICKED
from tests.filing.killable import KEY, say

WORKERS = 10


def main(url: str, folder: str, mail: str, run: str) -> None:
    """File, assign and send letters for ever."""
    engine = database.connect(url)
    writes = database.write_sessions(engine)
    office = Office(vault=Vault(KEY), files=Path(folder), base_url="http://test", secret="secret")
    with writes() as session:
        users = session.scalars(select(User).where(User.role == "publisher").order_by(User.id)).all()
    month = office.today().strftime("%Y-%m")

    def work(worker: int) -> None:
        user = users[worker % len(users)]
        by = By(user.account, user.role, user.id, user.organisation_id)
        clerk = By(f"clerk{worker}", "cataloguer")
        number = 0
        while True:
            number += 1
            name = f"{run}-{worker}-{number}"
            form = as_form({**PLAIN, "title": name, "print_published": month, "filler_email": f"{name}@example.com"})
            with writes.begin() as session:
                filing_id = drafts.start(session, office, APPLICATION, by).id
            for step in APPLICATION.steps:
                with writes.begin() as session:
                    if step.name == "files":
                        for place in ("title_page", "copyright_page"):
                            uploads.store(session, office, APPLICATION, filing_id, place, f"{place}.pdf", PDF, by=by)
                    revision = drafts.locked(session, filing_id).revision
                    drafts.save(
                        session,
                        office,
                        APPLICATION,
                        filing_id,
                        step,
                        form,
                        revision=revision,
                        writer=name,
                        by=by,
                        finish=True,
                    )
            say("saved", filing_id, name)
            with writes.begin() as session:
                flow.take(session, office, APPLICATION, filing_id, "send", by=by)
            say("sent", filing_id, name)
            with writes.begin() as session:
                flow.take(session, office, APPLICATION, filing_id, "assign", by=clerk, ticked=TICKED)
                given = [one.isbn for one in assignment.of_filing(session, filing_id)]
            say("assigned", filing_id, ",".join(given))

    threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(WORKERS)]
    for thread in threads:
        thread.start()
    while True:
        deliver(writes, office.vault, transport_for(mail), "shuyin@example.com", most=20)


if __name__ == "__main__":
    main(*sys.argv[1:])
