"""A process that files and sends letters until it is killed; prints what was acknowledged. For `test_kills`."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from shuyin.filing.engine import drafts, flow
from shuyin.filing.feedback import FEEDBACK
from shuyin.filing.office import By, Office
from shuyin.notify.services import deliver
from shuyin.notify.transports import transport_for
from shuyin.records import database
from shuyin.records.vault import Vault

KEY = "a-key-for-the-tests-long-enough"
WORKERS = 3
_print = threading.Lock()


def say(*words: object) -> None:
    """One whole line, at once."""
    with _print:
        sys.stdout.write(" ".join(map(str, words)) + "\n")
        sys.stdout.flush()


def main(url: str, folder: str, mail: str, run: str) -> None:
    """File and send for ever."""
    engine = database.connect(url)
    writes = database.write_sessions(engine)
    office = Office(vault=Vault(KEY), files=Path(folder), base_url="http://test", secret="secret")

    def work(worker: int) -> None:
        number = 0
        while True:
            number += 1
            name = f"{run}-{worker}-{number}"
            form = {"name": [name], "email": [f"{name}@example.com"], "topic": ["question"], "text": ["你好，請問。"]}
            with writes.begin() as session:
                filing_id = drafts.start(session, office, FEEDBACK, By("visitor")).id
            by = By(f"filer:{filing_id}")
            for step in FEEDBACK.steps:
                with writes.begin() as session:
                    drafts.save(
                        session,
                        office,
                        FEEDBACK,
                        filing_id,
                        step,
                        form,
                        revision=99,
                        writer=name,
                        by=by,
                        finish=True,
                    )
                if step is FEEDBACK.steps[0]:
                    say("saved", filing_id, name)
            with writes.begin() as session:
                flow.take(session, office, FEEDBACK, filing_id, "send", by=by)
            say("sent", filing_id, name)

    threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(WORKERS)]
    for thread in threads:
        thread.start()
    while True:
        deliver(writes, office.vault, transport_for(mail), "shuyin@example.com", most=20)


if __name__ == "__main__":
    main(*sys.argv[1:])
