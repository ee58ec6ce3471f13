import pytest

from turnout.database import transaction
from turnout.facts.columns import Unreadable
from turnout.metrics.reports import ReportRow, report_row, reported

ROW = {"event_id": "9001", "user_id": "Ada@example.com", "entry_id": "1_vod00003", "channel_id": "330022"}


def test_a_row_gives_the_metrics_that_are_filled_in_the_catalogues_units():
    found = report_row({**ROW, "plays": "2", "vod_minutes_viewed": "12.5", "mic_on": ""}, "kaltura", 0.0)
    assert found == ReportRow(
        "9001", "kaltura", "ada@example.com", "1_vod00003", 330022, {"plays": 2, "vod_minutes_viewed": 12.5}
    )


def test_a_row_may_name_no_channel():
    found = report_row({**ROW, "channel_id": "", "plays": 1}, "kaltura", 0.0)
    assert isinstance(found, ReportRow)
    assert found.channel_id is None


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({}, "the row has no metric at all"),
        ({"plays": "-1"}, "plays: -1 is not in a count, or is negative"),
        ({"total_vod_completion_rate": "101"}, "total_vod_completion_rate: 101.0 is not in 0..100, or is negative"),
        (
            {"combined_live_engaged_users_play_time_ratio": "63"},
            "combined_live_engaged_users_play_time_ratio: 63.0 is not in 0..1, or is negative",
        ),
        ({"plays": "1.5"}, "plays: '1.5' is no whole number"),
        ({"plays": "1", "final": "perhaps"}, "final: 'perhaps' is neither yes nor no"),
        ({"mic_on": "nan"}, "mic_on: 'nan' is no number"),
    ],
)
def test_a_number_that_cannot_be_is_refused(cells, reason):
    assert report_row({**ROW, **cells}, "kaltura", 0.0) == Unreadable(reason)


def test_a_later_row_replaces_the_values_it_gives_and_leaves_the_others(bench):
    file = bench.home / "engagement.csv"
    file.write_text(
        "event_id,user_id,entry_id,channel_id,plays,mic_on\n9001,ada,1_vod00003,,1,2\n9001,ada,1_vod00003,,3,\n"
    )
    bench.ingest("engagement", file)
    with transaction(bench.engine) as connection:
        found = reported(connection, "9001")
        elsewhere = reported(connection, "9002")
    assert found == [ReportRow("9001", "kaltura", "ada", "1_vod00003", None, {"plays": 3, "mic_on": 2.0})]
    assert elsewhere == []
