"""One request to a webhook's receiver, and nowhere else.

The address that a name stands for is looked up once, held against what is allowed, and then connected to: a name that
stands for another address a moment later leads nowhere (DNS rebinding). No redirect is followed, no proxy of the
environment is asked, and of the answer only the status is read. `http.client` does just that; a client that follows,
pools, retries and decodes would have to be talked out of each.
"""

import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

NAT64 = ip_network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}


class Outcome(NamedTuple):
    """What became of a request: what the receiver answered, or why there is no answer."""

    status: int | None
    error: str | None

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - 2xx


class NotAllowed(Exception):  # noqa: N818 - a refusal
    """An address that webhooks may not lead to."""


class _Pinned(HTTPConnection):
    """A connection to one address that has been looked at, whatever name it goes by."""

    def __init__(self, parts: SplitResult, address: str, timeout: float) -> None:
        super().__init__(parts.hostname or "", parts.port or PORTS[parts.scheme], timeout=timeout)
        self.address = address
        self.tls = ssl.create_default_context() if parts.scheme == "https" else None

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), self.timeout)
        self.sock = plain if self.tls is None else self.tls.wrap_socket(plain, server_hostname=self.host)

    def cut(self) -> None:
        """Ends it from another thread: a receiver that answers byte by byte would never run into a timeout."""
        if self.sock is not None:
            self.sock.shutdown(socket.SHUT_RDWR)


def send(url: str, headers: Mapping[str, str], body: bytes, *, allowed: Sequence[str], timeout: float) -> Outcome:
    """Posts a body. Never raises: whatever goes wrong is the outcome."""
    parts = urlsplit(url)
    try:
        connection = _Pinned(parts, address_of(parts, allowed), timeout)
    except NotAllowed as error:
        return Outcome(None, str(error))
    except (OSError, ValueError):  # a name of a host that can be none among them
        return Outcome(None, "the host cannot be found")
    late = threading.Event()

    def give_up() -> None:
        late.set()
        with suppress(OSError):
            connection.cut()

    watch = threading.Timer(timeout, give_up)
    watch.daemon = True
    watch.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {**headers, "Connection": "close"})
        return Outcome(connection.getresponse().status, None)
    except TimeoutError:
        return Outcome(None, f"no answer within {timeout:g} seconds")
    except ssl.SSLError as error:
        return Outcome(None, f"TLS: {error.reason or 'failed'}"[:200])
    except (OSError, HTTPException, ValueError) as error:
        why = f"no answer within {timeout:g} seconds" if late.is_set() else type(error).__name__
        return Outcome(None, why)
    finally:
        watch.cancel()
        connection.close()


def address_of(parts: SplitResult, allowed: Sequence[str]) -> str:
    """The address to connect to. Raises NotAllowed if the host stands for one that is not public and not allowed."""
    host, port = (parts.hostname or "").lower(), parts.port or PORTS[parts.scheme]
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if host not in allowed:
        for each in found:
            if not may_be_reached(each, allowed):
                raise NotAllowed("the host's address is not public, and TRACKER_WEBHOOK_ALLOWED does not name it")
    return found[0]


def may_be_reached(address: str, allowed: Sequence[str]) -> bool:
    """Whether webhooks may lead to an address: a public one, or one of the networks that are allowed."""
    found = _meant(ip_address(address.partition("%")[0]))
    if found.is_global and not found.is_multicast:
        return True
    return any(found in ip_network(each) for each in allowed if "/" in each)


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that one of IPv6 leads to, if it only stands for that."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
