"""The report service: its tables, their losses, caps and lateness; and the custom reports."""

from typing import Any

import pytest
from tests.unit.simulators.kaltura.caller import Caller, rows

from turnout.clock import instant

ANN_60013 = {
    "first_name": "Ann",
    "last_name": "Lee",
    "title": "",
    "company": "A B  C, D",
    "email": "ann@example.com",
    "country": "",
    "role": "",
    "industry": "Software",
    "vod_view_time": "0",
    "live_view_time": "4",
    "total_view_time": "4",
    "avg_completion_rate": "0",
    "count_reaction_clicked": "2",
    "count_raise_hand_clicked": "0",
    "combined_live_engaged_users_play_time_ratio": "0.75",
    "count_group_chat_messages_sent": "0",
    "count_poll_answered": "2",
    "count_q_and_a_threads": "0",
    "count_download_attachment_clicked": "0",
}


def test_engagement_is_summed_for_each_person(caller: Caller) -> None:
    table = caller.table("60013")

    assert table["totalCount"] == 2
    assert rows(table)[1] == ANN_60013
    assert list(ANN_60013) == table["header"].split("|")


def test_completion_counts_slices_once_for_a_person_and_once_for_each_visit(caller: Caller) -> None:
    mean = rows(caller.table("60013", userIds="ben"))[0]["avg_completion_rate"]
    distinct = rows(caller.table("40009", userIds="ben"))[0]["total_completion_rate"]

    assert (mean, distinct) == ("50", "75")


def test_top_users_count_plays_and_minutes(caller: Caller) -> None:
    assert rows(caller.table("40009", userIds="Ann@example.com")) == [
        {
            "user_id": "Ann@example.com",
            "user_name": "Ann Lee",
            "registered": "0",
            "count_loads": "2",
            "count_plays": "2",
            "sum_view_period": "2",
            "sum_live_view_period": "2",
            "avg_live_buffer_time": "0",
            "total_completion_rate": "0",
            "live_engaged_users_play_time_ratio": "0.5",
        }
    ]


def test_the_five_levels_are_shares_of_live_time(caller: Caller) -> None:
    assert caller.total("40010")["data"] == "0|0.5|0|0.5|0"


def test_views_are_counted_by_minute_and_state(caller: Caller) -> None:
    start = int(instant("2026-11-21T19:00:00Z"))

    assert [tuple(row.values()) for row in rows(caller.table("60011"))] == [
        (str(start), "SoundOnTabFocusedFullScreenOff", "6"),
        (str(start + 60), "SoundOffTabFocusedFullScreenOff", "6"),
        (str(start + 300), "TabFocusedMicMutedFullScreenOffCameraOffSoundOnOffStage", "6"),
        (str(start + 360), "TabFocusedMicMutedFullScreenOffCameraOffSoundOnOffStage", "6"),
    ]


def test_totals_are_of_all_rows(caller: Caller) -> None:
    total = caller.total("60013")
    told = dict(zip(total["header"].split("|"), total["data"].split("|"), strict=True))

    assert (told["vod_view_time"], told["live_view_time"], told["count_reaction_clicked"]) == (
        "1.6666666666667",
        "4",
        "2",
    )


@pytest.mark.parametrize(
    ("given", "people"),
    [
        ({"entryIdIn": "1_vod"}, ["ben"]),
        ({"entryIdIn": "1_vod|1_live"}, ["ben", "Ann@example.com"]),
        ({"entryIdIn": "1_vod,1_live"}, None),
        ({"userIds": "Ann@example.com|nobody"}, ["Ann@example.com"]),
        ({"virtualEventIdIn": "9002"}, None),
        ({"playbackContextIdsIn": "330022"}, ["Ann@example.com"]),
        ({"playbackTypeIn": "vod"}, ["ben"]),
        ({"fromDate": "1795288500", "toDate": "1795289300"}, None),
        ({"fromDay": "20261121", "toDay": "20261121"}, ["ben", "Ann@example.com"]),
        ({"fromDay": "20261122", "toDay": "20261122"}, None),
        ({"fromDay": "20261122", "toDay": "20261122", "timeZoneOffset": "-720"}, ["ben", "Ann@example.com"]),
    ],
)
def test_filters_limit_a_report_and_the_delimiter_splits_them(
    caller: Caller, given: dict[str, str], people: list[str] | None
) -> None:
    table = caller.table("40009", **given)

    if people is None:
        assert (table["header"], table["data"], table["totalCount"]) == (None, None, 0)
    else:
        assert {row["user_id"] for row in rows(table)} == set(people)


def test_without_a_delimiter_it_is_a_comma_and_commas_in_values_are_lost(caller: Caller) -> None:
    table = caller.table("60013", **{"responseOptions[delimiter]": "", "userIds": "Ann@example.com"})

    assert rows(table, ",")[0]["company"] == "A|B  C  D"


def test_top_users_are_those_of_the_player_alone(caller: Caller) -> None:
    caller.act(do="vote", user_id="cleo@example.com", poll_id="p3", options=[0])
    caller.clock.sleep(1000)

    assert caller.table("40009")["totalCount"] == 2
    assert caller.table("60010")["totalCount"] == 3


def test_friendly_names_are_for_people(caller: Caller) -> None:
    assert caller.table("60011", **{"responseOptions[useFriendlyHeadersNames]": "1"})["header"] == (
        "Position|User Engagement|Count Viewers"
    )


def test_an_order_is_kept(caller: Caller) -> None:
    def people(order: str) -> list[str]:
        return [row["user_id"] for row in rows(caller.table("40009", order=order))]

    assert people("user_id") == ["Ann@example.com", "ben"]
    assert people("-user_id") == ["ben", "Ann@example.com"]
    assert caller.table("40009", order="-shoes")["code"] == "UNKNOWN_PARAMETER"


def test_reports_lag_behind(caller_with: Any) -> None:
    caller = caller_with("2026-11-21T19:14:59Z")
    nothing = caller.table("60013")["totalCount"]
    caller.clock.sleep(61)
    after = rows(caller.table("60013"))
    caller.clock.sleep(3600)

    assert nothing == 0
    assert [(row["live_view_time"], row["count_reaction_clicked"]) for row in after] == [("1", "2")]
    assert caller.table("60013")["totalCount"] == 2


def test_a_table_ends_at_its_cap_but_tells_how_many_there_are(caller_with: Any) -> None:
    caller = caller_with("2026-12-01T00:00:00Z", seed={"attendees": 60}, table_rows=25)
    found = [caller.table("60010", **{"pager[pageSize]": "20", "pager[pageIndex]": page}) for page in ("1", "2", "3")]

    assert [table["totalCount"] for table in found] == [found[0]["totalCount"]] * 3
    assert found[0]["totalCount"] > 25
    assert [len((table["data"] or "").split(";")) - 1 for table in found] == [20, 5, 0]


def test_files_end_at_their_caps(caller_with: Any) -> None:
    caller = caller_with("2026-12-01T00:00:00Z", seed={"attendees": 60}, csv_rows=9, custom_rows=7)
    span = {"reportInputFilter[fromDate]": "1794000000", "reportInputFilter[toDate]": "1797000000"}
    given = {"reportTitle": "t", "reportText": "t", "headers": "h", "reportType": "60013", **span}
    url = caller.api("report.getUrlForReportAsCsv", given)

    assert len(caller.raw_api("report", "serve", {"id": url.rsplit("/", 1)[1]}).body.splitlines()) == 4 + 9
    for report in ("4021", "3037"):
        answer = caller.csv(report, "from_date=1794000000;to_date=1797000000;virtualeventid=9001")
        assert len(answer.body.splitlines()) == 1 + 7


def test_nothing_is_told_from_thirty_days_before_the_partner_was_created(caller_with: Any) -> None:
    assert caller_with(partner_created_at="2026-12-21T00:00:00Z").table("60013")["totalCount"] == 2
    assert caller_with(partner_created_at="2026-12-22T00:00:00Z").table("60013")["totalCount"] == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reportType": "4711"}, "REPORT_NOT_FOUND"),
        ({"reportType": "60013"}, "INVALID_PARAMS"),
        ({"reportType": "60013", "reportInputFilter[fromDay]": "x", "reportInputFilter[toDay]": "y"}, "INVALID_PARAMS"),
        ({}, "MISSING_MANDATORY_PARAMETER"),
    ],
)
def test_a_report_that_cannot_be_made_is_refused(caller: Caller, given: dict[str, str], code: str) -> None:
    assert caller.api("report.getTable", given)["code"] == code


def test_a_report_may_be_off_and_a_column_called_otherwise_or_gone(caller_with: Any) -> None:
    caller = caller_with(reports_off=["60010"], renamed={"60013.email": "e_mail", "60013.title": "", "4021.mic_on": ""})

    assert caller.table("60010")["code"] == "REPORT_NOT_FOUND"
    row = rows(caller.table("60013", userIds="Ann@example.com"))[0]
    assert (row["e_mail"], "title" in row, row["live_view_time"]) == ("ann@example.com", False, "4")
    lines = caller.csv("4021", "from_date=1794000000;to_date=1796000000;virtualeventid=9001").body.decode().splitlines()
    assert "mic_on" not in lines[0]
    assert {line.count(",") for line in lines} == {14}


def test_a_file_of_a_report_is_made_and_served(caller: Caller) -> None:
    given = {"reportTitle": "All, of them", "reportText": "text", "headers": "Who,What"}
    asked = {
        f"reportInputFilter[{name}]": value for name, value in (("fromDate", "1794000000"), ("toDate", "1796000000"))
    }
    url = caller.api("report.getUrlForReportAsCsv", {**given, **asked, "reportType": "60011"})

    answer = caller.raw_api("report", "serve", {"id": url.rsplit("/", 1)[1]})

    assert answer.headers["content-type"] == "text/csv; charset=UTF-8"
    assert answer.body.startswith(b"\xef\xbb\xbfAll  of them\ntext\n\nWho,What\n")
    assert answer.body.count(b"\n") == 8


def test_who_reacted_how_is_told_by_address(caller: Caller) -> None:
    answer = caller.csv("4021", "from_date=1794000000;to_date=1796000000;entry_ids=1_live;virtualeventid=9001")

    assert answer.body.decode() == (
        "\ufeffemail,combined_live_engaged_users_play_time_ratio,download_attachment,add_to_calendar,raise_hand,mic_on,"
        "cam_on,clap_clicked_count,heart_clicked_count,think_clicked_count,wow_clicked_count,smile_clicked_count,"
        "total_reactions_activity,answered_polls,messages_sent_group,qna_threads\n"
        "ann@example.com,0.75,0,0,0,1.5,0,1,0,0,0,0,2,2,0,0\n"
    )


def test_excluded_fields_are_left_out(caller: Caller) -> None:
    params = "from_date=1794000000;to_date=1796000000;entry_ids=1_live;virtualeventid=9001"
    excluded = "email,mic_on,cam_on,total_reactions_activity,answered_polls,messages_sent_group,qna_threads"

    lines = caller.csv("4021", params, excludedFields=excluded).body.decode("utf-8-sig").splitlines()

    assert lines[1] == "0.75,0,0,0,1,0,0,0,0"


def test_who_watched_what_is_told_by_day(caller: Caller) -> None:
    answer = caller.csv("3037", "from_date_id=2026-11-21;to_date_id=20261121")

    assert answer.body.decode("utf-8-sig").splitlines() == [
        "date,user_id,entry_id,entry_name,sum_minutes_viewed",
        "2026-11-21,Ann@example.com,1_live,Opening; keynote,4",
        "2026-11-21,ben,1_vod,Story  short,1.6666666666667",
    ]


@pytest.mark.parametrize(
    ("report", "params", "code"),
    [
        ("4021", "from_date=1;to_date=2", "REPORT_PARAMETER_MISSING"),
        ("4021", "from_date=1;virtualeventid=9001", "REPORT_PARAMETER_MISSING"),
        ("4021", "from_date=1;to_date=2;virtualeventid=9002", "SERVICE_FORBIDDEN"),
        ("3037", "from_date=1;to_date=2;shoes=3", "UNKNOWN_PARAMETER"),
        ("3037", "from_date=soon;to_date=2", "INVALID_PARAMS"),
        ("3038", "from_date=1;to_date=2", "REPORT_NOT_FOUND"),
    ],
)
def test_a_custom_report_that_cannot_be_made_is_refused(caller: Caller, report: str, params: str, *, code: str) -> None:
    assert caller.csv(report, params).json()["code"] == code
