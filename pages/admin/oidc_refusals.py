"""Why somebody is not signed in with OpenID Connect, in words. They quote nothing of what a provider said."""

TOO_MANY = "Too many sign-ins failed from here. Wait a quarter of an hour."
NOT_BEGUN = (
    "This sign-in was not begun in this browser, or over ten minutes ago, or was used already. If you have signed in, "
    "go on; else begin it anew."
)
NOT_DONE = "The sign-in service did not sign you in. Try once more, or sign in with a password."
NOT_ANSWERED = (
    "The sign-in service did not answer as it should. Try once more, or sign in with a password; our log says at what "
    "it failed."
)
USED = (
    "The sign-in service does not take this sign-in any more: it was used already, or took too long. If you have "
    "signed in, go on; else begin it anew."
)
NOT_TRUSTED = (
    "What the sign-in service says does not prove who you are, so nobody was signed in: {}. Tell it to whoever runs "
    "this installation."
)
NOT_NAMED = (
    "The e-mail address of this account may not sign in here. Whoever runs this installation names those who may in "
    "CROSSCHQ_LEVER_OIDC_ADMINS and CROSSCHQ_LEVER_OIDC_VIEWERS."
)
NAME_IS_TAKEN = (
    "Somebody who signs in with a password has this e-mail address as their name. Sign in with it, or have it removed "
    "on the page of people."
)
ADDRESS_IS_HELD = (
    "Another account of the sign-in service has signed in here with this e-mail address before, and nobody gets what "
    "was theirs. If the address is yours now, or the sign-in service is a new one, have the person with this address "
    "removed on the page of people, then sign in again."
)


class Refused(Exception):  # noqa: N818 - says what happened
    """The message says it to who wanted in. `counts`: the provider was asked, which is done a few times only."""

    def __init__(self, told: str, status: int = 403, *, counts: bool = True) -> None:
        super().__init__(told)
        self.status, self.counts = status, counts
