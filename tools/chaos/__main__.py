"""`python -m tools.chaos`: one campaign; exit code 1 when anything was lost, doubled or left open."""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

from deployments.until_stopped import run_until_stopped
from tools.chaos.campaign import Campaign
from tools.chaos.exports import ExportCampaign
from tools.chaos.trouble import Amount

USUAL = Amount(kills=50, freezes=8, full_disks=2)
USUAL_FOR_EXPORT = Amount(kills=10, freezes=4, full_disks=1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.chaos", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=1, help="the plan of troubles and faults (default: %(default)s)"
    )
    parser.add_argument("--candidates", type=int, default=30, help="default: %(default)s")
    parser.add_argument("--prospects", type=int, default=0, help="exports so many, and moves nobody")
    parser.add_argument("--kills", type=int, help="default: 50, and 10 for an export")
    parser.add_argument("--freezes", type=int, help="default: 8, and 4 for an export")
    parser.add_argument("--full-disks", type=int, help="default: 2, and 1 for an export")
    arguments = parser.parse_args()
    return run_until_stopped(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

    verdict = await _campaign(arguments, tell).run()
    for wrong in verdict.wrong:
        print(f"WRONG  {wrong}")
    print("Nothing was lost or doubled." if verdict.is_clean else f"{len(verdict.wrong)} things are wrong.")
    return 0 if verdict.is_clean else 1


def _campaign(arguments: argparse.Namespace, tell: Callable[[str], None]) -> Campaign | ExportCampaign:
    usual = USUAL_FOR_EXPORT if arguments.prospects else USUAL
    given = {name: getattr(arguments, name) for name in ("kills", "freezes", "full_disks")}
    amount = replace(usual, **{name: value for name, value in given.items() if value is not None})
    if arguments.prospects:
        return ExportCampaign(arguments.seed, arguments.prospects, amount, tell)
    return Campaign(arguments.seed, arguments.candidates, amount, tell)


if __name__ == "__main__":
    raise SystemExit(main())
