"""An identity provider on this machine: it has real keys, tells the public ones over HTTP, and signs what it is told."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

AUDIENCE = "engagement-register"


def part(value: Any) -> str:
    """A part of a token: bytes as they are, anything else as JSON."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: Any, payload: Any, key: Any, algorithm: str) -> str:
    """A token, whatever its header says of itself."""
    text = f"{part(header)}.{part(payload)}"
    signature: bytes = JWSRegistry.algorithms[algorithm].sign(text.encode(), key)
    return f"{text}.{part(signature)}"


KINDS = {"RS256": RSAKey, "PS256": RSAKey, "ES256": ECKey, "EdDSA": OKPKey}
SIZES: dict[str, Any] = {"RS256": 2048, "PS256": 2048, "ES256": "P-256", "EdDSA": "Ed25519"}


def new_key(algorithm: str, key_id: str) -> Any:
    made = KINDS[algorithm].generate_key(SIZES[algorithm])  # type: ignore[attr-defined]
    return type(made).import_key(made.as_dict(private=True) | {"kid": key_id, "use": "sig"})


class Issuer:
    """The provider: what it answers can be bent."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, Any]] = {}
        self.asked = 0
        self.answer: Any = None
        """Instead of the keys: a status, bytes, or a function of the handler."""

        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.serve(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.add("first", "ES256")

    @property
    def jwks(self) -> str:
        return f"{self.url}/jwks"

    def add(self, key_id: str, algorithm: str = "ES256") -> Any:
        key = new_key(algorithm, key_id)
        self.keys[key_id] = (algorithm, key)
        return key

    def rotate(self, old: str, new: str) -> None:
        """A new key in place of an old one."""
        del self.keys[old]
        self.add(new)

    def document(self) -> bytes:
        return json.dumps({"keys": [key.as_dict(private=False) for _, key in self.keys.values()]}).encode()

    def serve(self, handler: Any) -> None:
        if handler.path == "/.well-known/openid-configuration":
            send(handler, 200, json.dumps({"issuer": self.url, "jwks_uri": self.jwks}).encode())
            return
        self.asked += 1
        if callable(self.answer):
            self.answer(handler)
        elif isinstance(self.answer, int):
            send(handler, self.answer, b"")
        else:
            send(handler, 200, self.answer if self.answer is not None else self.document())

    def claims(self, **changes: Any) -> dict[str, Any]:
        """What a sound token says; `...` leaves a claim out."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": "aroha", "name": "Aroha", "roles": ["contributor"]}
        usual |= {"iat": now, "exp": now + 300}
        return {name: value for name, value in (usual | changes).items() if value is not ...}

    def token(self, *, kid: str | None = "first", header: dict[str, Any] = {}, **changes: Any) -> str:  # noqa: B006
        """A token that is sound but for the changes."""
        algorithm, key = self.keys[kid or "first"]
        usual = {"alg": algorithm, "typ": "at+jwt"} | ({} if kid is None else {"kid": kid})
        whole = {name: value for name, value in (usual | header).items() if value is not ...}
        return signed(whole, self.claims(**changes), key, algorithm)


def send(handler: Any, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in ({"Content-Length": str(len(body))} | headers).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def running() -> Iterator[Issuer]:
    issuer = Issuer()
    thread = threading.Thread(target=issuer.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        issuer.server.shutdown()
        issuer.server.server_close()
        thread.join()
