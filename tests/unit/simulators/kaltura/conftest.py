from typing import Any

import pytest
from tests.unit.simulators.kaltura.caller import Caller


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.fixture
def caller_with() -> Any:
    return Caller
