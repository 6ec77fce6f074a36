"""Who asks: the address and the network under which a client is counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

#: What counts as one client and as one network: a household or office has one IPv4 address, or a /64 of IPv6.
_ADDRESS_BITS = {4: 32, 6: 64}
_NETWORK_BITS = {4: 24, 6: 48}


@dataclass(frozen=True, slots=True)
class Client:
    """The keys under which a client is counted."""

    address: str
    network: str


def networks(text: str) -> tuple[Network, ...]:
    """Networks or single addresses, separated by commas or spaces; `ValueError` names what is none."""
    return tuple(ip_network(part, strict=False) for part in text.replace(",", " ").split())


@lru_cache(maxsize=4096)
def client_of(host: str, exempt: tuple[Network, ...]) -> Client | None:
    """The client at an address; None where it is exempt or has none (a socket file: its proxy is to name the client).

    An IPv4 address written as IPv6 (::ffff:…) is the IPv4 address.
    """
    try:
        address = ip_address(host.split("%", 1)[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if _within(exempt, str(address)):
        return None
    return Client(
        str(ip_network((address, _ADDRESS_BITS[address.version]), strict=False)),
        str(ip_network((address, _NETWORK_BITS[address.version]), strict=False)),
    )


def _within(exempt: Iterable[Network], host: str) -> bool:
    address = ip_address(host)
    return any(address.version == network.version and address in network for network in exempt)
