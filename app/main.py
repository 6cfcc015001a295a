"""The application: settings in, ASGI out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import anyio.to_thread
from anyio.to_thread import run_sync
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.access.register import Register
from app.accounts.users import admit
from app.api import PREFIX, api_routes
from app.config import Settings, get_settings
from app.core.turns import Turns
from app.crud.addresses import Addresses
from app.engagements.calendar import keep_up
from app.exchange.exports.sending import Exports
from app.feeds.courier import Courier
from app.overview.following import Streams
from app.telemetry import requests, spans
from app.telemetry.exposition import everything
from app.web import desk, docs, health, pages, problem_answers, problems
from app.web.document import Document
from app.web.edge import Edge
from app.web.patience import Patience
from app.web.readiness import Readiness, checks
from app.web.samples import Samples
from app.web.stopping import when_told_to_stop
from app.web.watch import Watch

SPARE_THREADS = 2
"""Threads for what is not a request's own work: whether the process is ready, what the access log is told."""

OWN_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own would tell of addresses and queries, which hold secrets and what people look for; ours does not."""

CORS_SENT = (
    "Authorization",
    "Change-Reason",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Traceparent",
    "Tracestate",
    "X-Request-Id",
)
CORS_SHOWN = (
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Traceresponse",
    "X-Marking",
    "X-Request-Id",
)


@cache
def openapi() -> Document:
    """The OpenAPI document, the same for every register that this process serves."""
    return Document(api_routes())


def create_app(settings: Settings | None = None) -> FastAPI:
    """An application that serves the register of these settings."""
    settings = settings or get_settings()

    def stop() -> None:
        app.state.stopping = True
        app.state.streams.close()
        app.state.exports.close()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads + SPARE_THREADS
        app.state.register.refresh_markings()
        app.state.register.keep_up()
        if settings.webhooks:
            app.state.courier.start()
        with when_told_to_stop(stop, drain=settings.drain_seconds):
            yield
        await app.state.streams.closed()
        await app.state.exports.closed()
        await run_sync(app.state.courier.close)
        await run_sync(app.state.turns.close)
        app.state.register.close()
        spans.end()
        requests.finish()

    app = FastAPI(
        title="Engagement register",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # a route of our own tells it
        lifespan=lifespan,
        telemetry=OWN_TELEMETRY,
    )
    app.state.register = Register(settings)
    app.state.turns = Turns(settings.threads, settings.max_waiting, settings.waiting_seconds)
    app.state.streams = Streams(app.state.register)
    app.state.exports = Exports(settings)
    app.state.courier = Courier(app.state.register)
    app.state.readiness = Readiness(checks(app.state.register))
    app.state.metrics = everything(Samples(app.state.register.database))
    app.state.stopping = False
    """Whether the process has been told to stop."""

    app.state.register.admit = admit
    app.state.register.daily.tasks.append(keep_up)
    document = openapi()
    app.router.routes += [Addresses(PREFIX, api_routes()), document.route()]
    for router in (desk.router, docs.router, problems.router, health.router):
        app.include_router(router)
    app.mount(pages.STATIC_PATH, pages.static_files())
    app.openapi = lambda: document.content  # type: ignore[method-assign]
    problem_answers.install(app)
    wrap(app, settings)
    return app


def wrap(app: FastAPI, settings: Settings) -> None:
    """Puts the layers around an application, the innermost first."""
    app.add_middleware(Patience, seconds=settings.body_seconds)
    app.add_middleware(Edge, hsts_seconds=settings.hsts_seconds)
    app.add_middleware(Watch)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=CORS_SENT,
            expose_headers=CORS_SHOWN,
        )
    if settings.trusted_proxies:
        # Not uvicorn's own switch: so it is the same under any server, and the setting alone decides.
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
