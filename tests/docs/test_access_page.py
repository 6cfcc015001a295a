"""Roles, actions and markings as the page on access tells them."""

from typing import get_args

from reading_docs import code, table, text

from app.access.permissions import PERMISSIONS, Action
from app.models.choices import Classification, Endorsement, Role


def test_the_table_of_roles_is_the_one_that_is_enforced() -> None:
    roles = get_args(Role)
    rows = table("docs/access.md", "action", *roles)
    assert [code(row[0]) for row in rows] == [[action] for action in Action]
    for action, *answers in rows:
        allowed = {role for role, answer in zip(roles, answers, strict=True) if answer == "yes"}
        assert allowed == PERMISSIONS[Action(code(action)[0])], action
        assert set(answers) <= {"yes", "no"}


def test_every_classification_lowest_first() -> None:
    line = next(
        each for each in text("docs/access.md").splitlines() if each.startswith("Classifications, lowest first")
    )
    assert tuple(code(line)) == get_args(Classification)


def test_every_endorsement() -> None:
    line = next(each for each in text("docs/access.md").splitlines() if each.startswith("Endorsements:"))
    assert set(code(line)) == set(get_args(Endorsement))
