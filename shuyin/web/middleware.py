"""What every answer carries: security headers; and what every page knows first: language and theme."""

from __future__ import annotations

from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuyin.web.i18n import choose_language, set_language

THEMES = ("auto", "light", "dark")
LANGUAGE_COOKIE = "shuyin_lang"
THEME_COOKIE = "shuyin_theme"
#: A preference holds for a year, in seconds.
PREFERENCE_AGE = 365 * 24 * 3600

_theme: ContextVar[str] = ContextVar("theme", default="auto")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def current_theme() -> str:
    """The theme of the current request: auto, light or dark."""
    return _theme.get()


class SecurityHeaders:
    """Sets the headers above on every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


#: Addresses of large files, whose routes answer HEAD without reading the file.
_HEAD_OF_THEIR_OWN = ("/dumps/", "/samples/")


class Heads:
    """Answers HEAD as GET without the content (RFC 9110, 9.3.2): link checkers and download programs ask so."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as GET and keep back what follows the headers."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"].startswith(_HEAD_OF_THEIR_OWN):
            await self.app(scope, receive, send)
            return

        async def send_without_content(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        asked = {**scope, "method": "GET"}
        await self.app(asked, receive, send_without_content)
        scope["route"] = asked.get("route")  # for the request log


class Compression(GZipMiddleware):
    """gzip, but for audio: it gains nothing, and a range counts the bytes of the file itself."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        plain = scope["type"] == "http" and scope["path"].startswith("/samples/")
        await (self.app if plain else super().__call__)(scope, receive, send)


class Preferences:
    """Reads language (`?lang=`, cookie) and theme (cookie) and remembers a language asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with language and theme set."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cookies = _cookies(Headers(scope=scope).get("cookie", ""))
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [None])[-1]
        language = choose_language(asked, cookies.get(LANGUAGE_COOKIE))
        set_language(language)
        theme = cookies.get(THEME_COOKIE, "auto")
        _theme.set(theme if theme in THEMES else "auto")
        remember = asked is not None and language != cookies.get(LANGUAGE_COOKIE)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if remember:
                    headers.append(
                        "Set-Cookie", preference_cookie(LANGUAGE_COOKIE, language, scope["scheme"] == "https")
                    )
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def preference_cookie(name: str, value: str, secure: bool) -> str:
    """A Set-Cookie value that lasts a year and that scripts cannot read."""
    flags = "; Secure" if secure else ""
    return f"{name}={value}; Path=/; Max-Age={PREFERENCE_AGE}; HttpOnly; SameSite=Lax{flags}"


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}  # a browser sent nonsense: it has no preferences then
