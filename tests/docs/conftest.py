"""A demonstration for the pages whose commands are run."""

from collections.abc import Iterator

import pytest
from running_docs import Demo, served


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One for each page."""
    with served(tmp_path_factory.mktemp("demo") / "demo.db") as demonstration:
        yield demonstration
