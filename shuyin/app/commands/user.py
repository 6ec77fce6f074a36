"""`shuyin user`: accounts made by hand, e.g. the first administrator."""

from __future__ import annotations

import sys

import typer

from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings

app = typer.Typer(name="user", help="Accounts: make one, list them, change a role.", no_args_is_help=True)

_ROLES = "reader, publisher, publisher_admin, registrar, cataloguer, editor or admin"


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(app)


@app.command()
def create(
    account: str = typer.Argument(help="Name to sign in with."),
    role: str = typer.Option("reader", "--role", help=f"One of {_ROLES}."),
    email: str | None = typer.Option(None, "--email", help="Where letters go."),
    name: str | None = typer.Option(None, "--name", help="The person's name."),
    password_stdin: bool = typer.Option(
        False, "--password-stdin", help="Read the password from standard input; without this one is made and printed."
    ),
) -> None:
    """Make an account. A password that was made here must be changed at the first sign-in."""
    from sqlalchemy import select

    from shuyin.app.composition import open_services
    from shuyin.filing.accounts import passwords
    from shuyin.records.models import User

    _known(role)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else passwords.first_password()
    problem = passwords.problem(password, account) if password_stdin else None
    if problem:
        raise CommandFailed(problem)
    services = open_services(get_settings())
    try:
        with services.writes.begin() as session:
            if session.scalar(select(User.id).where(User.account == account)) is not None:
                raise CommandFailed(f"there is an account {account} already; choose another name")
            session.add(
                User(
                    account=account,
                    email=email,
                    name=name,
                    role=role,
                    password_hash=passwords.hash_password(password),
                    must_change_password=not password_stdin,
                )
            )
    finally:
        services.close()
    typer.echo(f"account {account} ({role}) made")
    if not password_stdin:
        typer.echo(f"first password: {password}")


@app.command("list")
def list_users() -> None:
    """Every account with its role."""
    from sqlalchemy import select

    from shuyin.app.composition import open_services
    from shuyin.records.models import User

    services = open_services(get_settings())
    try:
        with services.sessions() as session:
            for user in session.scalars(select(User).order_by(User.account)):
                state = "" if user.active else " (closed)"
                typer.echo(
                    f"{user.account:<24} {user.role:<16} {user.email or '':<32} {user.name or ''}{state}".rstrip()
                )
    finally:
        services.close()


@app.command("set-role")
def set_role(
    account: str = typer.Argument(help="Name of the account."),
    role: str = typer.Argument(help=f"One of {_ROLES}."),
) -> None:
    """Give an account another role."""
    from sqlalchemy import select

    from shuyin.app.composition import open_services
    from shuyin.filing import audit
    from shuyin.records.models import User

    _known(role)
    services = open_services(get_settings())
    try:
        with services.writes.begin() as session:
            user = session.scalar(select(User).where(User.account == account))
            if user is None:
                raise CommandFailed(f"there is no account {account}; `shuyin user list` shows those that exist")
            audit.append(session, "command line", "change-role", "user", user.id, {"before": user.role, "after": role})
            user.role = role
    finally:
        services.close()
    typer.echo(f"account {account} is {role} now")


def _known(role: str) -> None:
    from shuyin.filing.roles import Role

    if role not in {known.value for known in Role}:
        raise CommandFailed(f"there is no role {role}; roles are: {', '.join(known.value for known in Role)}")
