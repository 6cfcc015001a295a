"""Settings of running the register: what it logs, who may measure it, how it stops."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

LogFormat = Literal["auto", "json", "text"]
LogLevel = Literal["debug", "info", "warning", "error"]

_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(?P<port>[0-9]{1,5})")
_HIGHEST_PORT = 65_535


def _address(text: str) -> str:
    found = _ADDRESS.fullmatch(text)
    if text and (found is None or int(found["port"]) > _HIGHEST_PORT):
        raise ValueError("must be a host and a port, such as 127.0.0.1:9100")
    return text


class RunningSettings(BaseSettings):
    """What an operator may set about a process that serves."""

    log_format: LogFormat = Field(
        default="auto",
        description="How a log line looks: `json`, `text`, or `auto`: text on a terminal, else JSON.",
    )
    log_level: LogLevel = Field(
        default="info", description="What is logged at the least: `debug`, `info`, `warning` or `error`."
    )
    log_requests: bool = Field(default=True, description="Whether each answered request is a line of the log.")
    metrics_address: Annotated[str, AfterValidator(_address)] = Field(
        default="",
        description="Where metrics are told to whoever asks, without a token: `127.0.0.1:9100`. Empty: nowhere.",
    )
    drain_seconds: float = Field(
        default=0,
        ge=0,
        le=600,
        description="How long, once told to stop, a process goes on answering while `/readyz` says 503.",
    )
    stop_seconds: int = Field(
        default=20, ge=1, le=3_600, description="How long, after that, requests under way may take to be answered."
    )

    @property
    def metrics_place(self) -> tuple[str, int] | None:
        """The host and port of `metrics_address`."""
        host, _, port = self.metrics_address.rpartition(":")
        return (host.strip("[]"), int(port)) if host else None
