"""The stand-in's running parts, put together: options, account, limiter, knobs, ledger, outbox. One per app."""

from sandbox.ledger import Ledger
from sandbox.lever.account import Account
from sandbox.lever.knobs import LeverKnobs
from sandbox.lever.options import LeverOptions
from sandbox.lever.rate_limit import TokenBucket
from sandbox.lever.seed import seeded_account
from sandbox.outbox import Outbox


class Lever:
    """What every route is given. `account` is replaced as a whole by `reset`: never keep a reference to it."""

    def __init__(self, options: LeverOptions) -> None:
        self.options = options
        self.knobs, self.ledger = LeverKnobs(), Ledger()
        self.outbox = Outbox(
            self.knobs,
            retry_waits=options.retry_waits,
            clock=options.clock,
            transport=options.webhook_transport,
        )
        self.account: Account
        self.bucket: TokenBucket
        self.reset()

    def reset(self) -> None:
        """Back to the seed: candidates, webhooks, switches and the rate limiter."""
        self.account = seeded_account(self.options)
        self.bucket = TokenBucket(self.options.rate, self.options.burst, self.options.rate_clock)

    def now(self) -> int:
        """Epoch milliseconds, Lever's unit for every time."""
        return int(self.options.clock().timestamp() * 1000)
