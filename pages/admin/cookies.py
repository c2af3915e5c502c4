"""Name and set the cookies of the pages: `__Host-` over https, which no other host can set and no path narrows."""

from starlette.requests import Request
from starlette.responses import Response


class Cookies:
    """`pages_url`: where the pages are for a browser, if it is known."""

    def __init__(self, pages_url: str = "") -> None:
        self._is_https = pages_url.startswith("https://")

    def value(self, request: Request, name: str) -> str:
        """Blank if there is none. Over https one without the prefix is none: another host may have set it."""
        return request.cookies.get(self._named(request, name), "")

    def names(self, request: Request, prefix: str) -> list[str]:
        """Of those that `value` would find, in the order in which the browser sent them."""
        start = self._named(request, prefix)
        return [f"{prefix}{one.removeprefix(start)}" for one in request.cookies if one.startswith(start)]

    def give(
        self,
        request: Request,
        response: Response,
        name: str,
        value: str,
        *,
        lax: bool = False,
        age: int | None = None,
    ) -> None:
        """`lax`: sent along from a link on another site, too. `age`: seconds; None: until the browser is closed."""
        response.set_cookie(
            self._named(request, name),
            value,
            max_age=age,
            secure=self._is_secure(request),
            httponly=True,
            samesite="lax" if lax else "strict",
        )

    def take_away(self, request: Request, response: Response, name: str, *, lax: bool = False) -> None:
        self.give(request, response, name, "", lax=lax, age=0)

    def _named(self, request: Request, name: str) -> str:
        return f"__Host-{name}" if self._is_secure(request) else name

    def _is_secure(self, request: Request) -> bool:
        return self._is_https or request.url.scheme == "https"
