"""Token buckets for many clients in bounded memory. No HTTP."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

#: Clients remembered for one policy; beyond, those not seen for longest are forgotten (their bucket is full again).
MOST_CLIENTS = 50_000


@dataclass(frozen=True, slots=True)
class Policy:
    """`quota` requests in `window` seconds: a bucket of that size that fills again as fast."""

    name: str
    quota: int
    window: int

    @property
    def header(self) -> str:
        """As in `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers)."""
        return f'"{self.name}";q={self.quota};w={self.window}'


@dataclass(frozen=True, slots=True)
class Standing:
    """How a client stands with a policy: whether this request fits, what is left, seconds until it fits or is full."""

    policy: Policy
    fits: bool
    remaining: int
    seconds: int

    @property
    def header(self) -> str:
        """As in `RateLimit`: what is left, and in how many seconds all of it is there again."""
        return f'"{self.policy.name}";r={self.remaining};t={self.seconds}'


class Buckets:
    """The buckets of one policy. Not for several threads: the event loop alone asks."""

    def __init__(
        self, policy: Policy, now: Callable[[], float] = time.monotonic, most_clients: int = MOST_CLIENTS
    ) -> None:
        self.policy = policy
        self._now = now
        self._most = most_clients
        self._rate = policy.quota / policy.window
        #: client → (tokens, when they were counted), the one seen last at the end
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def look(self, client: str) -> Standing:
        """How the client stands before this request; nothing is taken."""
        tokens = self._tokens(client)
        if tokens < 1:
            return Standing(self.policy, False, 0, math.ceil((1 - tokens) / self._rate))
        left = tokens - 1
        return Standing(self.policy, True, int(left), math.ceil((self.policy.quota - left) / self._rate))

    def take(self, client: str) -> None:
        """Take one token, if there is one."""
        tokens = self._tokens(client)
        self._held[client] = (tokens - 1 if tokens >= 1 else tokens, self._now())
        self._held.move_to_end(client)
        while len(self._held) > self._most:
            self._held.popitem(last=False)

    def _tokens(self, client: str) -> float:
        held = self._held.get(client)
        if held is None:
            return float(self.policy.quota)
        tokens, at = held
        return min(float(self.policy.quota), tokens + (self._now() - at) * self._rate)
