import pytest
from tests.unit.plan.planning import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()
