"""Who is asking."""

from dataclasses import dataclass

from app.models.choices import Classification, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller as the register knows them: what they may do (role) and see (clearance, nationality, groups)."""

    id: str | None
    name: str
    role: Role
    clearance: Classification
    nationality: str | None
    groups: frozenset[str] = frozenset()
    """The need-to-know groups that they belong to, by slug."""

    user: str | None = None
    """The user whose token it is, or who has signed in with the identity provider."""

    rate_limit: int | None = None
    """Requests a minute; None: as many as the installation allows."""

    calendar: str | None = None
    """The calendar whose secret address they came by. Who knows that need not be its owner."""

    @property
    def owner(self) -> str | None:
        """Whose their own things are: the user's, with whatever token they come, or else the token's."""
        return self.user or self.id


def system(name: str) -> Actor:
    """The register itself at work: for its operator at the command line, or because a day has come."""
    return Actor(None, name, "administrator", "TOP SECRET", None)
