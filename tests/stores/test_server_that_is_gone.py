"""A PostgreSQL that does not answer is given up, and not left to the operating system, which waits for minutes."""

import socket

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from app.db import Database
from app.postgres import LITTLE_PATIENCE, PATIENCE
from support.databases import Databases


def test_connections_are_told_when_the_server_counts_as_gone(all_databases: dict[str, Databases]) -> None:
    with all_databases["postgresql"].copy() as url:
        told = make_url(url).update_query_dict({"tcp_user_timeout": "1234"}).render_as_string(hide_password=False)
        database = Database(told, threads=1, replicas=[url])
        engines = (database.reader, database.writer, database.replicas.all[0].engine)
        asked = (PATIENCE | {"tcp_user_timeout": 1234},) * 2 + (LITTLE_PATIENCE,)
        for engine, patience in zip(engines, asked, strict=True):
            with engine.connect() as connection:
                found = connection.connection.dbapi_connection.info.get_parameters()  # type: ignore[union-attr]
            assert {name: int(found[name]) for name in patience} == patience
        database.close()


def test_one_that_takes_a_connection_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"postgresql://nobody@127.0.0.1:{deaf.getsockname()[1]}/none?connect_timeout=2"
        database = Database(address, threads=1)
        with pytest.raises(OperationalError, match="timeout expired"):
            database.reader.connect()
        database.close()
