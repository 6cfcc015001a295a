"""The application: settings in, ASGI out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI

from app.access.register import Register
from app.api import PREFIX, Nouns, api_routes
from app.config import Settings, get_settings
from app.overview.following import Streams
from app.web import docs, health, pages, problem_answers, problems
from app.web.edge import Edge
from app.web.openapi import openapi_document
from app.web.stopping import when_told_to_stop


def create_app(settings: Settings | None = None) -> FastAPI:
    """An application that serves the register of these settings."""
    settings = settings or get_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        app.state.register.refresh_markings()
        with when_told_to_stop(app.state.streams.close):
            yield
        await app.state.streams.closed()
        app.state.register.close()

    app = FastAPI(
        title="Engagement register",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=lifespan,
    )
    app.state.register = Register(settings)
    app.state.streams = Streams(app.state.register)
    routes = api_routes()
    app.router.routes.append(Nouns(PREFIX, routes))
    for router in (docs.router, problems.router, health.router):
        app.include_router(router)
    app.mount(pages.STATIC_PATH, pages.static_files())
    app.openapi = lambda: openapi_document(app, routes)  # type: ignore[method-assign]
    problem_answers.install(app)
    app.add_middleware(Edge)
    return app
