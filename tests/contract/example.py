"""The example event in a home of its own, with both vendors' simulators on ports: the demo's flow, step by step."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.contract.accounts import MarketoAccount, SalesforceAccount

from turnout.apps import demo
from turnout.apps.face import Face
from turnout.pipeline.home import Home, home
from turnout.pipeline.look import explain

FILES = Path(__file__).parents[2] / "examples" / "winter-summit"


class Example(NamedTuple):
    home: Home
    salesforce: SalesforceAccount
    marketo: MarketoAccount

    def writes(self) -> tuple[int, int]:
        """Return how many writing calls each account got."""
        return self.salesforce.calls()["writes"], self.marketo.calls()["writes"]

    def told(self, who: str, connection: str) -> Any:
        """Return what `explain` tells of somebody in one account."""
        (found,) = [one for one in explain(self.home, who)["accounts"] if one["connection"] == connection]
        return found


@contextmanager
def example(folder: Path) -> Iterator[Example]:
    """Provide the example event taken in, both accounts connected, bound and provisioned; nothing synced yet."""
    face = Face(folder, json=True)
    with ExitStack() as stack:
        servers = {kind: stack.enter_context(demo.serving(kind, FILES)) for kind in demo.KINDS}
        opened = stack.enter_context(home(folder / "home"))
        demo.set_up(opened, servers, examples=FILES, face=face)
        demo.load(opened, FILES, attendees=0, face=face)
        yield Example(opened, SalesforceAccount(servers["salesforce"].url), MarketoAccount(servers["marketo"].url))
