import pytest

from turnout.values.records import Key, Kind, Parking
from turnout.values.rows import LedgerRow, Stand, stand

KEY = Key("b1", Kind.MEMBER, "ada")


@pytest.mark.parametrize(
    ("row", "standing"),
    [
        (LedgerRow(KEY), Stand.NOTHING),
        (LedgerRow(KEY, wanted="d1"), Stand.OWED),
        (LedgerRow(KEY, wanted="d1", claimed="d1"), Stand.UNSURE),
        (LedgerRow(KEY, wanted="", claimed="d1", accepted="d0"), Stand.UNSURE),
        (LedgerRow(KEY, wanted="d1", accepted="d1", accepted_at=5.0), Stand.ACCEPTED),
        (LedgerRow(KEY, wanted="d1", accepted="d1", accepted_at=5.0, confirmed_at=4.0), Stand.ACCEPTED),
        (LedgerRow(KEY, wanted="d1", accepted="d1", accepted_at=5.0, confirmed_at=6.0), Stand.DELIVERED),
        (LedgerRow(KEY, wanted="d2", accepted="d1", accepted_at=5.0, confirmed_at=6.0), Stand.OWED),
        (LedgerRow(KEY, wanted="", accepted="d1", accepted_at=5.0, confirmed_at=6.0), Stand.WITHDRAWN),
        (LedgerRow(KEY, wanted="d1", refused="d1", parking=Parking.HELD), Stand.HELD),
        (LedgerRow(KEY, wanted="d1", refused="d1", parking=Parking.REJECTED), Stand.REJECTED),
        (LedgerRow(KEY, wanted="d1", refused="d1", parking=Parking.EXCLUDED), Stand.EXCLUDED),
        (LedgerRow(KEY, wanted="d1", refused="d1", parking=Parking.KEPT), Stand.KEPT),
        (LedgerRow(KEY, wanted="d2", refused="d1", parking=Parking.REJECTED), Stand.OWED),
        (LedgerRow(KEY, wanted="", refused="d1", parking=Parking.REJECTED), Stand.NOTHING),
        (LedgerRow(KEY, wanted="d2", refused="d2", parking=Parking.REJECTED, accepted="d1"), Stand.REJECTED),
        (LedgerRow(KEY, wanted="d1", refused="d2", parking=Parking.REJECTED, accepted="d1"), Stand.ACCEPTED),
    ],
)
def test_where_a_record_stands_follows_from_its_row(row: LedgerRow, standing: Stand) -> None:
    assert stand(row) is standing
