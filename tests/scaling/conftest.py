"""A register on a cluster: a primary, a standby, and a pooler before it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from support.client import Api, Apps
from support.cluster import Cluster, cluster
from support.databases import Template, filled, settings_for

NAME = "register"


@pytest.fixture(scope="module")
def nodes() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


@pytest.fixture(scope="module")
def template(nodes: Cluster) -> Template:
    """A register on the primary that is filled as one is to begin with."""
    nodes.primary.ask(f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8'")
    return filled(nodes.primary.url_of(NAME))


@pytest.fixture(scope="module")
def process(nodes: Cluster, template: Template, apps: Apps) -> Iterator[Callable[..., Api]]:
    """`process(replica_urls=[…])` is one more process that serves it."""
    with ExitStack() as stack:

        def started(database_url: str = template.url, **changes: object) -> Api:
            settings = settings_for(database_url).model_copy(update=changes)
            app = stack.enter_context(apps.serving(settings))
            client = stack.enter_context(apps.client(app))
            client.app = app  # type: ignore[attr-defined]
            return Api(client, template.secrets, None).as_("contributor")

        yield started
