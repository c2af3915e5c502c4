"""`python -m sandbox`: Lever, Crosschq and the mailbox in one process, on loopback, until SIGTERM or Ctrl-C.

Prints one JSON line when all four listen: every address, and the file of the CA that an SMTP client has to trust.
Port 0 takes a free port.
"""

import argparse
import asyncio
import json
import signal
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.crosschq.app import create_app as create_crosschq
from sandbox.crosschq.options import CrosschqOptions
from sandbox.lever.app import create_app as create_lever
from sandbox.lever.options import LeverOptions
from sandbox.mailbox.app import create_app as create_mailbox
from sandbox.mailbox.certificate import Certificate
from sandbox.mailbox.mailbox import Mailbox
from sandbox.mailbox.smtp import serve_smtp
from sandbox.outbox import RETRY_WAITS
from sandbox.serve import Server, address, listen


def main() -> None:
    """Run until told to stop; exit code 2 for a port that is taken."""
    arguments = _arguments()
    with ExitStack() as stack:
        try:
            listeners = {
                name: stack.enter_context(listen(arguments.host, getattr(arguments, f"{name}_port")))
                for name in ("lever", "crosschq", "mailbox", "smtp")
            }
        except OSError as error:
            print(f"sandbox: {error}", file=sys.stderr)
            sys.exit(2)
        directory = stack.enter_context(TemporaryDirectory(prefix="sandbox-"))
        asyncio.run(_run(arguments, listeners, Certificate.made_in(Path(directory))))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    ports = {"lever": 8601, "crosschq": 8602, "mailbox": 8603, "smtp": 8625}
    for name, port in ports.items():
        parser.add_argument(f"--{name}-port", type=int, default=port, help="default: %(default)s; 0: any")
    parser.add_argument("--seed", type=int, default=1, help="what is invented (default: %(default)s)")
    parser.add_argument("--size", type=int, default=50, help="opportunities in Lever (default: %(default)s)")
    parser.add_argument(
        "--retry-waits",
        type=seconds,
        default=RETRY_WAITS,
        help="seconds between the tries of a webhook, as in 0.5,1,2,4 (default: 1,5,15,60)",
    )
    return parser.parse_args()


def seconds(given: str) -> tuple[float, ...]:
    return tuple(float(one) for one in given.split(","))


async def _run(
    arguments: argparse.Namespace, listeners: dict[str, socket.socket], certificate: Certificate
) -> None:
    places = {name: address(listener) for name, listener in listeners.items()}
    urls = {name: f"http://{host}:{port}" for name, (host, port) in places.items() if name != "smtp"}
    mailbox = Mailbox()
    servers = {
        "lever": Server(create_lever(_lever_options(arguments, urls["lever"]))),
        "crosschq": Server(create_crosschq(_crosschq_options(arguments, urls["crosschq"], places["smtp"]))),
        "mailbox": Server(create_mailbox(mailbox, certificate)),
    }
    _stop_on_signals(list(servers.values()))
    smtp = await serve_smtp(mailbox, listeners["smtp"], certificate)
    async with smtp, asyncio.TaskGroup() as group:
        for name, server in servers.items():
            group.create_task(server.serve([listeners[name]]))
        for server in servers.values():
            await server.ready.wait()
        smtp_address = "{}:{}".format(*places["smtp"])
        ready = {"ready": True, **urls, "smtp": smtp_address, "smtp_ca": str(certificate.ca_file)}
        print(json.dumps(ready), flush=True)


def _stop_on_signals(servers: list[Server]) -> None:
    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def _lever_options(arguments: argparse.Namespace, url: str) -> LeverOptions:
    return LeverOptions(
        seed=arguments.seed, size=arguments.size, base_url=url, retry_waits=arguments.retry_waits
    )


def _crosschq_options(arguments: argparse.Namespace, url: str, smtp: tuple[str, int]) -> CrosschqOptions:
    return CrosschqOptions(
        seed=arguments.seed,
        base_url=url,
        retry_waits=arguments.retry_waits,
        smtp_host=smtp[0],
        smtp_port=smtp[1],
    )


if __name__ == "__main__":
    main()
