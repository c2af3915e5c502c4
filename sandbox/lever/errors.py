"""The API's errors: a flat `{code, message}` with a status. See lever.md 4.

The codes of 401 and 404 were seen in the wild; those of 400, 403, 413 and 422 never were (section 14.4): inferred.
"""


class LeverError(Exception):
    """An answer other than success, raised where it is noticed and turned into JSON at the edge."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def bad_request(message: str) -> LeverError:
    """400: a parameter or the body is missing or malformed."""
    return LeverError(400, "BadRequestError", message)


def unauthorized() -> LeverError:
    """401: no credentials, or none that we know."""
    return LeverError(401, "UnauthorizedError", "The request requires authentication.")


def forbidden(message: str) -> LeverError:
    """403: the key lacks the grant, or the object may not be changed this way."""
    return LeverError(403, "ForbiddenError", message)


def not_found(kind: str, wanted: str) -> LeverError:
    """404 in the documented wording, for example `stages <id> was not found`."""
    return LeverError(404, "ResourceNotFound", f"{kind} {wanted} was not found")


def no_such_path(path: str) -> LeverError:
    """404 for a path the API does not have."""
    return LeverError(404, "ResourceNotFound", f"{path} does not exist")


def too_large(message: str) -> LeverError:
    """413: more bytes than a file may have."""
    return LeverError(413, "PayloadTooLarge", message)


def unprocessable(message: str) -> LeverError:
    """422: the download of a file Lever could not process."""
    return LeverError(422, "UnprocessableEntity", message)
