from turnout.destinations.kit import POLICIES
from turnout.destinations.salesforce.vendor import SALESFORCE
from turnout.values.records import Kind


def test_every_kind_of_record_can_be_written_and_read_back():
    assert set(SALESFORCE.writers) == {Kind.PERSON, Kind.MEMBER, Kind.ENGAGEMENT, Kind.POLLS}


def test_no_call_carries_more_than_five_collections_of_a_composite_call_take():
    assert {writer.rows for writer in SALESFORCE.writers.values()} == {1000}


def test_a_call_whose_answer_was_lost_may_act_for_ten_minutes():
    assert SALESFORCE.unsure_seconds == 600


def test_the_shared_policies_are_settings():
    assert set(POLICIES) <= set(SALESFORCE.settings)


def test_a_member_can_leave_blocked_again():
    assert SALESFORCE.leaves_outside


def test_a_day_has_the_calls_of_the_smallest_org():
    assert (SALESFORCE.limits.calls, SALESFORCE.limits.window_seconds) == (15_000, 86_400.0)
