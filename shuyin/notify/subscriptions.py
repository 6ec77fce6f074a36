"""Subscribing to the daily new-book letter: double opt-in, signed links, unsubscribing with one click (RFC 8058)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.notify import services
from shuyin.notify.models import Subscription, SubscriptionState
from shuyin.records.interests import Interests
from shuyin.records.models import utc_now
from shuyin.records.vault import Vault

#: How long the link of the confirmation letter works.
CONFIRM_WITHIN = timedelta(days=3)
_ADDRESS = re.compile(r"[^\s@<>(),;:\\\"\[\]]{1,64}@(?:[^\s@.<>(),;:\\\"\[\]]+\.)+[^\s@.<>(),;:\\\"\[\]]{2,63}")


class InvalidAddress(ValueError):
    """This cannot be an e-mail address."""


class InvalidLink(ValueError):
    """The link is damaged, has run out, or was made void by a later one."""


@dataclass(frozen=True, slots=True)
class Office:
    """What subscriptions work with: the key of links, the keeper of addresses, the public address of the service."""

    secret_key: str
    vault: Vault
    base_url: str

    def link(self, subscription: Subscription, purpose: str) -> str:
        """`purpose` is confirm or manage; the link carries who it is for and is signed."""
        token = self._signer(purpose).dumps([subscription.id, subscription.nonce])
        return f"{self.base_url}/subscriptions/{purpose}/{token}"

    def read(self, session: Session, token: str, purpose: str) -> Subscription:
        """The subscription that a link's token names; `InvalidLink`."""
        age = int(CONFIRM_WITHIN.total_seconds()) if purpose == "confirm" else None
        try:
            id, nonce = self._signer(purpose).loads(token, max_age=age)
        except (BadSignature, ValueError, TypeError):
            raise InvalidLink from None
        subscription = session.get(Subscription, id, with_for_update=True)
        if subscription is None or not hmac.compare_digest(subscription.nonce, str(nonce)):
            raise InvalidLink
        return subscription

    def unsubscribe_headers(self, subscription: Subscription) -> dict[str, str]:
        """Headers that let a mail program unsubscribe with one click (RFC 2369, RFC 8058)."""
        link = self.link(subscription, "manage")
        return {
            "List-Unsubscribe": f"<{link}/unsubscribe>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-ID": f"<new-books.{self.base_url.partition('://')[2].partition('/')[0].partition(':')[0]}>",
        }

    def address_key(self, address: str) -> str:
        """A keyed hash, so that an address can be found without standing in the table."""
        return hmac.new(self.secret_key.encode(), address.lower().encode(), hashlib.sha256).hexdigest()

    def _signer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret_key, salt=f"subscription-{purpose}")


def subscribe(session: Session, office: Office, address: str, interests: Interests, hour: int) -> Subscription:
    """Ask for the letter. Nothing is sent but a letter that asks for confirmation, at most one an hour.

    Who is subscribed already gets a letter with the link to the settings, so that the page tells nobody whether
    an address is known. `InvalidAddress`.
    """
    address = address.strip()
    if len(address) > 254 or not _ADDRESS.fullmatch(address):
        raise InvalidAddress(address)
    now = utc_now()
    key = office.address_key(address)
    subscription = session.scalar(select(Subscription).where(Subscription.address_key == key).with_for_update())
    if subscription is None:
        subscription = Subscription(address=office.vault.seal(address), address_key=key, nonce=_nonce())
        session.add(subscription)
    active = subscription.state == SubscriptionState.ACTIVE.value
    if not active:
        subscription.state = SubscriptionState.PENDING.value
        subscription.address = office.vault.seal(address)  # forgotten when they unsubscribed
        subscription.interests, subscription.hour = interests.to_json(), hour % 24
    session.flush()
    purpose = "manage" if active else "confirm"
    services.queue(
        session,
        office.vault,
        key=f"subscription-{purpose}:{subscription.id}:{now:%Y%m%d%H}",
        template=f"subscription-{purpose}",
        recipient=address,
        context={"link": office.link(subscription, purpose), "days": CONFIRM_WITHIN.days},
    )
    return subscription


def confirm(session: Session, office: Office, token: str) -> Subscription:
    """The address has answered: letters begin. Confirming twice changes nothing. `InvalidLink`."""
    subscription = office.read(session, token, "confirm")
    if subscription.state == SubscriptionState.ENDED.value:
        raise InvalidLink
    if subscription.state != SubscriptionState.ACTIVE.value:
        subscription.state = SubscriptionState.ACTIVE.value
        subscription.confirmed_at, subscription.bounces = utc_now(), 0
    return subscription


def change(session: Session, office: Office, token: str, interests: Interests, hour: int) -> Subscription:
    """Other interests or another hour. `InvalidLink`."""
    subscription = office.read(session, token, "manage")
    subscription.interests, subscription.hour = interests.to_json(), hour % 24
    return subscription


def unsubscribe(session: Session, office: Office, token: str) -> Subscription:
    """End it; doing so twice changes nothing. The address is forgotten, only its hash stays. `InvalidLink`."""
    subscription = office.read(session, token, "manage")
    if subscription.state != SubscriptionState.ENDED.value:
        subscription.state, subscription.ended_at = SubscriptionState.ENDED.value, utc_now()
        subscription.address = office.vault.seal("")
    return subscription


def _nonce() -> str:
    return secrets.token_hex(16)
