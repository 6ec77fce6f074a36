"""Encryption of personal data at rest, field by field (AES-128-CBC with HMAC-SHA256: Fernet).

The key comes from `SHUYIN_DATA_KEY`, or from a file that is made on first use and is readable by its owner alone.
Several keys may be given, separated by spaces: the first encrypts, all decrypt, so that a key can be replaced.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

#: What marks an encrypted value inside a JSON document.
SEALED = "$sealed"


class WrongKey(Exception):
    """A value was encrypted with a key that is not given."""


class Vault:
    """Encrypts and decrypts; holds the keys."""

    def __init__(self, keys: str) -> None:
        parts = keys.split()
        if not parts:
            raise ValueError("no key for personal data: set SHUYIN_DATA_KEY")
        self._fernet = MultiFernet([Fernet(_derive(part)) for part in parts])

    @classmethod
    def open(cls, folder: Path, keys: str | None = None) -> Vault:
        """The vault of this installation: of the given keys, else of `folder/data.key`, made if it is not there."""
        if keys:
            return cls(keys)
        path = folder / "data.key"
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # two processes may start together; one of them writes
            aside = folder / f".data.key.{os.getpid()}"
            aside.touch(mode=0o600)
            aside.write_bytes(Fernet.generate_key())
            try:
                os.link(aside, path)
            finally:
                aside.unlink()
        return cls(path.read_text(encoding="ascii"))

    def seal(self, value: Any) -> str:
        """Encrypt any JSON value."""
        return self._fernet.encrypt(json.dumps(value, ensure_ascii=False).encode()).decode("ascii")

    def unseal(self, token: str) -> Any:
        """The value that was encrypted. Raises WrongKey."""
        try:
            return json.loads(self._fernet.decrypt(token.encode("ascii")))
        except InvalidToken as error:
            raise WrongKey("personal data was encrypted with another SHUYIN_DATA_KEY") from error

    def seal_bytes(self, content: bytes) -> bytes:
        """Encrypt a file."""
        return self._fernet.encrypt(content)

    def unseal_bytes(self, sealed: bytes) -> bytes:
        """The file that was encrypted. Raises WrongKey."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise WrongKey("a private file was encrypted with another SHUYIN_DATA_KEY") from error

    def seal_names(self, document: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
        """A copy of the document in which the non-empty values of `names` are encrypted."""
        return {
            name: {SEALED: self.seal(value)} if name in names and value else value for name, value in document.items()
        }

    def unseal_all(self, document: dict[str, Any]) -> dict[str, Any]:
        """A copy of the document with every encrypted value in the clear."""
        return {name: self.unseal(v[SEALED]) if is_sealed(v) else v for name, v in document.items()}


def is_sealed(value: Any) -> bool:
    """Whether a value of a document is encrypted."""
    return isinstance(value, dict) and set(value) == {SEALED}


def _derive(key: str) -> bytes:
    """A Fernet key as it is; any other secret of 16 characters or more by its SHA-256."""
    with contextlib.suppress(ValueError):
        if len(base64.urlsafe_b64decode(key)) == 32:
            return key.encode("ascii")
    if len(key) < 16:
        raise ValueError("SHUYIN_DATA_KEY is too short: at least 16 characters")
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())
