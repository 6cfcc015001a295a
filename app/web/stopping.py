"""Being told that the process is asked to end, before the server waits for open answers."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def when_told_to_stop(call: Callable[[], None], *, drain: float = 0) -> Iterator[None]:
    """Calls, on the event loop, as soon as a signal asks the process to end, before the server's own handler.

    A server first waits for open answers and only then ends the application, so an answer that never ends by itself
    has to hear of it earlier. With `drain` the server hears of it that many seconds later and takes requests until
    then, so that a balancer can see in time that it should send no more. A second signal is not kept waiting.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread only
        return
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {each: signal.getsignal(each) for each in SIGNALS}

    told_once = False

    def told(number: int, frame: FrameType | None) -> None:
        nonlocal told_once
        loop.call_soon_threadsafe(call)
        if drain and not told_once:
            loop.call_soon_threadsafe(loop.call_later, drain, before[number], number, None)
        else:
            before[number](number, frame)
        told_once = True

    ours = [each for each in SIGNALS if callable(before[each])]
    for each in ours:
        signal.signal(each, told)
    try:
        yield
    finally:
        for each in ours:
            signal.signal(each, before[each])
