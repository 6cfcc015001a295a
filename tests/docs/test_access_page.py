"""Roles, actions and markings as the page on access tells them."""

from typing import get_args

from reading_docs import code, paragraph, table

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
    assert tuple(code(paragraph("docs/access.md", "Classifications, lowest first"))) == get_args(Classification)


def test_every_endorsement() -> None:
    assert set(code(paragraph("docs/access.md", "Endorsements:"))) == set(get_args(Endorsement))
