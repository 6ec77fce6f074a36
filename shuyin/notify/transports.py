"""Ways out for letters: a folder of .eml files, or an SMTP server."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

#: Seconds that an SMTP server may take to answer.
TIMEOUT = 30


class TryLater(Exception):
    """The letter did not leave; it may later."""


class Refused(Exception):
    """The letter will never be taken as it is."""


class FateUnknown(Exception):
    """The connection broke while the text was handed over: it may or may not have arrived."""


class Transport(Protocol):
    """A way out. `idempotent`: sending the same letter twice leaves one letter."""

    idempotent: bool

    def send(self, message: EmailMessage, about_to_hand_over: Callable[[], None]) -> None:
        """Send it; calls `about_to_hand_over` just before the text leaves. Raises TryLater, Refused, FateUnknown."""
        ...


class FileTransport:
    """Writes each letter into a folder, named by its Message-ID."""

    idempotent = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage, about_to_hand_over: Callable[[], None]) -> None:
        """Write the letter; it appears whole or not at all."""
        about_to_hand_over()
        self._folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        aside = self._folder / f".{name}.{os.getpid()}"
        try:
            aside.write_bytes(message.as_bytes(policy=policy.SMTP))
            aside.replace(self._folder / f"{name}.eml")
        except OSError as error:
            raise TryLater(f"the folder of letters cannot be written: {error.strerror}") from error


class SmtpTransport:
    """Hands letters to an SMTP server, one connection each; `smtps` is TLS from the start, else STARTTLS if offered."""

    idempotent = False

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "localhost"
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
        if self._user:
            server.login(self._user, self._password)
        return server

    def send(self, message: EmailMessage, about_to_hand_over: Callable[[], None]) -> None:
        """Send in the steps of SMTP, so that it is known up to where a failure is harmless."""
        sender = message["From"].addresses[0].addr_spec
        recipient = message["To"].addresses[0].addr_spec
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise TryLater(f"the mail server cannot be reached: {type(error).__name__}") from error
        try:
            self._envelope(server, sender, recipient)
            self._text(server, message, about_to_hand_over)
        finally:
            server.close()

    @staticmethod
    def _envelope(server: smtplib.SMTP, sender: str, recipient: str) -> None:
        try:
            for code, _ in (server.mail(sender), server.rcpt(recipient)):
                if code >= 500:
                    raise Refused(f"the mail server refused the address ({code})")
                if code >= 300:
                    raise TryLater(f"the mail server wants it later ({code})")
        except (OSError, smtplib.SMTPException) as error:
            raise TryLater(f"the mail server broke off: {type(error).__name__}") from error

    @staticmethod
    def _text(server: smtplib.SMTP, message: EmailMessage, about_to_hand_over: Callable[[], None]) -> None:
        """Send the text, and last the dot that ends it: before it a server keeps nothing (RFC 5321, 4.1.1.4).

        So a process that dies while sending leaves no doubt but for the instant of the dot itself.
        """
        text = re.sub(rb"(?m)^\.", b"..", message.as_bytes(policy=policy.SMTP))
        try:
            code, _ = server.docmd("DATA")
            if code != 354:
                raise (
                    Refused(f"the mail server refused the letter ({code})")
                    if code >= 500
                    else TryLater(f"the mail server wants it later ({code})")
                )
            server.send(text if text.endswith(b"\r\n") else text + b"\r\n")
        except (OSError, smtplib.SMTPException) as error:
            raise TryLater(f"the mail server broke off: {type(error).__name__}") from error
        about_to_hand_over()
        try:
            server.send(b".\r\n")
            code, _ = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise FateUnknown(f"the connection broke at the end of the text: {type(error).__name__}") from error
        if code >= 500:
            raise Refused(f"the mail server refused the letter ({code})")
        if code >= 300:
            raise TryLater(f"the mail server wants it later ({code})")


def transport_for(url: str) -> Transport:
    """The transport that `SHUYIN_MAIL_URL` names. Raises ValueError."""
    scheme, _, rest = url.partition(":")
    if scheme == "file":
        return FileTransport(Path(rest.removeprefix("//")))
    if scheme in ("smtp", "smtps"):
        return SmtpTransport(url)
    raise ValueError(f"SHUYIN_MAIL_URL: {scheme!r} is not known; use file:DIRECTORY, smtp://… or smtps://…")
