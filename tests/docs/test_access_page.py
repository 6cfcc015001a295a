"""Roles, actions and markings as the page on access tells them."""

from typing import get_args

from reading_docs import code, paragraph, table, text

from app.access.claims import ROLES
from app.access.permissions import PERMISSIONS, Action
from app.accounts.grants import AccountRead
from app.accounts.tokens import LONGEST_OVERLAP, TOKENS, USUAL_DAYS
from app.accounts.users import USERS
from app.models.choices import Classification, Endorsement, Role


def test_the_table_of_roles_is_the_one_that_is_enforced() -> None:
    roles = get_args(Role)
    rows = table("docs/access.md", "action", *roles)
    assert [code(row[0]) for row in rows] == [[action] for action in Action]
    for action, *answers in rows:
        allowed = {role for role, answer in zip(roles, answers, strict=True) if answer == "yes"}
        assert allowed == PERMISSIONS[Action(code(action)[0])], action
        assert set(answers) <= {"yes", "no"}


def test_every_field_of_a_token() -> None:
    rows = table("docs/access.md", "what", "meaning")
    assert {code(row[0])[0] for row in rows} == set(TOKENS.read.model_fields) - set(AccountRead.model_fields)
    assert f"; {USUAL_DAYS} days if not given" in text("docs/access.md")
    assert f"at most {LONGEST_OVERLAP:,}" in text("docs/access.md")


def test_every_field_of_a_user() -> None:
    named = set(code(paragraph("docs/access.md", "A user is a person or system that signs in.")))
    assert set(USERS.read.model_fields) - set(AccountRead.model_fields) <= named


def test_the_order_of_roles_that_a_provider_names() -> None:
    assert f"Roles from the lowest: {', '.join(ROLES)}." in text("docs/access.md")


def test_every_classification_lowest_first() -> None:
    assert tuple(code(paragraph("docs/access.md", "Classifications, lowest first"))) == get_args(Classification)


def test_every_endorsement() -> None:
    assert set(code(paragraph("docs/access.md", "Endorsements:"))) == set(get_args(Endorsement))
