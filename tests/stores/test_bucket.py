"""The store of files in a bucket, against a server that speaks S3: `.ci/s3.sh` starts one and says where it is."""

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.core.blobs import Blobs, Damaged, Unreachable, blobs_at, hash_of

ADDRESS = os.environ.get("TRACKER_TEST_BUCKET", "")
pytestmark = pytest.mark.skipif(not ADDRESS, reason="needs a server that speaks S3: .ci/s3.sh")


@pytest.fixture
def store() -> Iterator[Blobs]:
    found = blobs_at(ADDRESS)
    yield found
    for each in list(found.all()):
        found.remove(each.sha256)


def put(store: Blobs, data: bytes) -> str:
    file = io.BytesIO(data)
    sha256, _ = hash_of(file)
    store.put(file, sha256)
    return sha256


@pytest.mark.parametrize("size", [1, 300_000, 12_000_000])
def test_what_is_put_comes_back(store: Blobs, size: int) -> None:
    data = os.urandom(size)
    sha256 = put(store, data)
    with store.get(sha256) as file:
        assert file.read() == data
    known = store.about(sha256)
    assert known is not None
    assert (known.size, abs(known.at - datetime.now(UTC)) < timedelta(minutes=5)) == (size, True)


def test_the_same_content_is_kept_once(store: Blobs) -> None:
    assert put(store, b"The same") == put(store, b"The same")
    assert [each.size for each in store.all()] == [8]


def test_what_is_not_there_or_is_something_else_is_not_handed_out(store: Blobs) -> None:
    with pytest.raises(Damaged):
        store.get("0" * 64)
    store.put(io.BytesIO(b"Something else"), "1" * 64)
    with pytest.raises(Damaged):
        store.get("1" * 64)
    with pytest.raises(Damaged):
        store.get("../secret")
    assert store.about("0" * 64) is None


def test_what_is_removed_is_gone_and_may_be_removed_again(store: Blobs) -> None:
    sha256 = put(store, b"Gone soon")
    store.remove(sha256)
    store.remove(sha256)
    assert list(store.all()) == []


def test_a_bucket_that_is_not_there_is_out_of_reach() -> None:
    with pytest.raises(Unreachable):
        put(blobs_at("s3://no-such-bucket/prefix"), b"x")
