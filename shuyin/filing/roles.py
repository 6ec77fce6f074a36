"""Who may do what: roles, permissions, and the one table that joins them."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """`User.role`."""

    READER = "reader"  # a reader's account: shelf, subscriptions, larger downloads
    PUBLISHER = "publisher"  # a publisher's user
    PUBLISHER_ADMIN = "publisher_admin"  # a publisher's administrator: contact data, users
    REGISTRAR = "registrar"  # staff: accounts and registrations
    CATALOGUER = "cataloguer"  # staff: ISBN and CIP
    EDITOR = "editor"  # staff: pages, news, feedback
    ADMIN = "admin"  # everything, users and audit


class Permission(StrEnum):
    """What may be allowed."""

    OWN_ACCOUNT = "account.own"  # password, devices, second factor
    FILE = "filing.file"  # start and send filings for one's organisation
    CONTACT = "contact.change"  # deposit contact data
    STAFF = "staff.enter"
    REVIEW_REGISTRATION = "registration.review"
    REVIEW_FEEDBACK = "feedback.review"
    REVIEW_ISBN = "isbn.review"
    RANGES = "isbn.ranges"  # the publishers' number ranges
    MERGE = "organisation.merge"
    UNDO = "record.undo"
    USERS = "users.manage"
    AUDIT = "audit.read"
    LETTERS = "letters.manage"
    EDIT_PAGES = "pages.edit"
    RECOMMENDATIONS = "recommendations.read"  # how well headings and class numbers are recommended


P = Permission
_OWN = frozenset({P.OWN_ACCOUNT})
_PUBLISHER = _OWN | {P.FILE}
_STAFF = _OWN | {P.STAFF, P.REVIEW_FEEDBACK}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.READER: _OWN,
    Role.PUBLISHER: _PUBLISHER,
    Role.PUBLISHER_ADMIN: _PUBLISHER | {P.CONTACT},
    Role.EDITOR: _STAFF | {P.EDIT_PAGES},
    Role.CATALOGUER: _STAFF | {P.REVIEW_ISBN, P.RANGES, P.UNDO, P.RECOMMENDATIONS},
    Role.REGISTRAR: _STAFF | {P.REVIEW_REGISTRATION, P.RANGES, P.MERGE, P.UNDO, P.LETTERS},
    Role.ADMIN: frozenset(Permission) - {P.FILE, P.CONTACT},
}

#: Roles of the library's own people: they need a second factor.
STAFF_ROLES = frozenset(role for role, allowed in PERMISSIONS.items() if P.STAFF in allowed)


def may(role: str, permission: str) -> bool:
    """Whether a role has a permission; an unknown role has none."""
    try:
        return Permission(permission) in PERMISSIONS[Role(role)]
    except ValueError:
        return False
