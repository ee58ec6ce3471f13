"""What of Salesforce is imitated, where it is documented, and what is not."""

from typing import Final

from turnout.simulators.kit.fidelity import Behaviour, table


def fidelity() -> str:
    """Return the page docs/reference/fidelity-salesforce.md."""
    return table("How faithful the Salesforce simulator is", BEHAVIOURS)


BEHAVIOURS: Final[tuple[Behaviour, ...]] = ()
