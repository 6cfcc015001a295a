"""The process that serves is killed while others write. Many more rounds: `tests/faults/run_all.py`."""

from reckoning import Account
from rounds import kill_server
from victim import Victim

ROUNDS = 2


def test_what_was_acknowledged_is_there_and_nothing_is_there_by_half(victim: Victim, secret: str) -> None:
    account = Account()
    for seed in range(ROUNDS):
        kill_server(account, victim, secret, seed=seed)
    assert account.faultless, account
    assert account.acknowledged
    assert account.unanswered


def test_a_server_that_is_told_to_stop_has_nothing_to_complain_of(victim: Victim, secret: str) -> None:
    victim.stop()
    assert "Traceback" not in victim.log.read_text()
