"""One set of cases for every destination, each face to face with its own simulator."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.contract.destinations import (
    CHANNEL,
    PERSON,
    PROGRAM,
    SESSION,
    STATUS,
    VENDORS,
    Meeting,
    Place,
    a_member,
    a_person,
    settled,
)

from turnout.destinations.kit import Outcome, Session
from turnout.metrics.catalogue import METRICS
from turnout.values.findings import Severity
from turnout.values.records import Kind
from turnout.values.sightings import Seeking
from turnout.values.verdicts import Verdict
from turnout.wire import Reply, get, post

POLL = {
    "poll_1_type": "Rating scale",
    "poll_1_answer": "Great, thanks – ça va",
    "poll_1_question": "How is it?\nReally?",
    "poll_2_answer": "x" * 1400,
}
MEASURED = {metric.name: 3 if metric.whole else 12.34 for metric in METRICS}
ROWS = ((Kind.ENGAGEMENT, MEASURED), (Kind.POLLS, POLL))


@pytest.fixture(params=sorted(VENDORS))
def meeting(request) -> Meeting:
    return Meeting(request.param)


@pytest.fixture(scope="module", params=sorted(VENDORS))
def place(request) -> Place:
    """Somebody who stands in an account that no case of this module changes."""
    return settled(Meeting(request.param))


# What is declared


def test_every_kind_of_record_that_all_vendors_know_has_a_writer(meeting):
    assert {Kind.PERSON, Kind.MEMBER, Kind.ENGAGEMENT, Kind.POLLS} <= set(meeting.vendor.writers)


def test_every_setting_says_what_it_is_for(meeting):
    told = {one.name: one.help for one in meeting.vendor.settings}

    assert all(len(help_) > 10 for help_ in told.values()), told
    assert len(told) == len(meeting.vendor.settings)


def test_the_secret_is_declared_as_one(meeting):
    assert "client_secret" in {one.name for one in meeting.vendor.settings if one.secret}


def test_limits_and_times_are_above_zero(meeting):
    limits = meeting.vendor.limits

    assert min(limits.calls, limits.window_seconds, limits.concurrent, meeting.vendor.unsure_seconds) > 0


def test_every_listed_code_says_what_it_means(meeting):
    unsaid = [code for code, rule in meeting.vendor.rules.table.items() if not rule.meaning.strip()]

    assert unsaid == []
    assert {rule.verdict for rule in meeting.vendor.rules.table.values()} <= set(Verdict)


def test_every_kind_of_verdict_is_used_by_the_table(meeting):
    used = {rule.verdict for rule in meeting.vendor.rules.table.values()}

    assert used >= {Verdict.REJECT, Verdict.RETRY, Verdict.WAIT, Verdict.UNSURE, Verdict.REMATCH, Verdict.REAUTH,
                    Verdict.HALT}  # fmt: skip


def test_a_code_that_no_table_lists_rejects_a_record_in_the_vendors_words(meeting):
    told = meeting.vendor.rules.for_record("NEW_IN_SPRING", "something new")

    assert (told.verdict, told.code, told.words) == (Verdict.REJECT, "NEW_IN_SPRING", "something new")
    assert meeting.vendor.rules.vendor in told.sentence()


def test_a_code_that_no_table_lists_halts_for_a_reply(meeting):
    told = meeting.vendor.rules.for_reply("NEW_IN_SPRING", "something new")

    assert (told.verdict, told.fix) == (Verdict.HALT, "look the code up, then resume")


# Sign-in


def test_signing_in_gives_an_address_and_a_token(meeting):
    session = meeting.sign_in()

    assert isinstance(session, Session)
    assert session.base_url.startswith("https://")
    assert session.token


def test_a_wrong_secret_is_named_with_the_way_out(meeting):
    told = meeting.sign_in(client_secret="not-the-secret")

    assert told.verdict is Verdict.HALT
    assert "secret" in told.meaning
    assert told.fix.startswith("copy ")
    assert "not-the-secret" not in told.sentence()


def test_no_request_carries_the_token_in_its_address(meeting):
    request = meeting.vendor.signed(get("/rest/v1/leads.json"), Session("https://example.com", "sesame"))

    assert "sesame" not in request.url
    assert request.headers["Authorization"] == "Bearer sesame"


# Doctor and provisioning


def test_the_doctor_finds_what_is_missing_before_and_nothing_after(meeting):
    before = meeting.hold(meeting.vendor.doctor(meeting.config, meeting.binding))
    meeting.provisioned()
    after = meeting.hold(meeting.vendor.doctor(meeting.config, meeting.binding))

    problems = {finding.code for finding in before if finding.severity is Severity.PROBLEM}
    assert any(code.startswith("object.missing") for code in problems)
    assert [finding for finding in after if finding.severity is Severity.PROBLEM] == []


def test_every_problem_says_why_it_matters_who_can_mend_it_and_how(meeting):
    found = meeting.hold(meeting.vendor.doctor(meeting.config, meeting.binding))

    problems = [finding for finding in found if finding.severity is Severity.PROBLEM]
    assert all(finding.what and finding.why and finding.who and finding.fix for finding in problems), problems


def test_the_doctor_writes_nothing(meeting):
    before = copy.deepcopy(meeting.simulator.vendor.state())

    meeting.hold(meeting.vendor.doctor(meeting.config, meeting.binding))

    # Marketo's permissions can only be proved by writes that cannot come true.
    assert meeting.simulator.vendor.state() == before
    assert meeting.unknown == []


def test_a_plan_of_provisioning_writes_nothing_and_says_what_would_be_made(meeting):
    steps = meeting.hold(meeting.vendor.provision(meeting.config, meeting.binding, True))

    assert meeting.writes == 0
    assert "todo" in {step.state for step in steps}
    assert "made" not in {step.state for step in steps}


def test_what_is_planned_is_what_is_made(meeting):
    planned = meeting.hold(meeting.vendor.provision(meeting.config, meeting.binding, True))
    made = meeting.hold(meeting.vendor.provision(meeting.config, meeting.binding, False))

    assert [step.name for step in made if step.state == "made"] == [
        step.name for step in planned if step.state == "todo"
    ]


def test_provisioning_again_makes_nothing(meeting):
    meeting.provisioned()
    before = meeting.writes

    steps = meeting.hold(meeting.vendor.provision(meeting.config, meeting.binding, False))

    assert meeting.writes == before
    assert {step.state for step in steps} <= {"done", "manual"}


def test_provisioning_leaves_nothing_missing(meeting):
    target = meeting.provisioned()

    assert (target.program_name, dict(target.missing)) == (PROGRAM, {})
    assert {Kind.PERSON, Kind.ENGAGEMENT, Kind.POLLS} <= set(target.objects)
    assert STATUS[meeting.vendor.kind] in target.labels()


def test_every_metric_has_a_field_after_provisioning(meeting):
    seen = meeting.provisioned().objects[Kind.ENGAGEMENT]

    assert {metric.name for metric in METRICS} <= set(seen.fields)
    assert all(field.writable for field in seen.fields.values())


def test_a_program_that_is_not_there_stops_everything_with_a_sentence(meeting):
    elsewhere = replace(meeting.binding, program="No such program")

    target = meeting.hold(meeting.vendor.target(meeting.config, elsewhere))

    assert set(target.missing) >= {Kind.MEMBER}
    assert "No such program" in target.missing[Kind.MEMBER]


# Looks


def test_people_are_found_by_e_mail_whatever_its_case(meeting):
    target = meeting.provisioned()
    wanted = [Seeking("p1", "Paula@Example.com"), Seeking("p2", "nobody@example.com")]

    paula, nobody = meeting.hold(meeting.vendor.seek(meeting.config, target, wanted))

    assert (paula.person, nobody.person) == ("p1", "p2")
    assert {one.email for one in paula.candidates} == {"paula@example.com"}
    assert nobody.candidates == ()


def test_a_known_id_is_found_although_the_address_changed(meeting):
    target = meeting.provisioned()
    (tess,) = meeting.hold(meeting.vendor.seek(meeting.config, target, [Seeking("t", "tess@example.com")]))
    known = tess.candidates[0].remote_id

    (found,) = meeting.hold(meeting.vendor.seek(meeting.config, target, [Seeking("t", "new@example.com", known)]))

    assert [one.remote_id for one in found.candidates] == [known]


def test_members_are_told_with_their_status_and_others_as_none(meeting):
    target = meeting.provisioned()
    wanted = [Seeking(name, f"{name}@example.com") for name in ("rosa", "quentin")]
    ids = {match.person: match.candidates[0].remote_id
           for match in meeting.hold(meeting.vendor.seek(meeting.config, target, wanted))}  # fmt: skip
    asked = [Seeking(one.person, one.email, ids[one.person]) for one in wanted]

    rosa, quentin = meeting.hold(meeting.vendor.members(meeting.config, target, asked))

    assert rosa.status in ("Invited by team member", "Invited")
    assert rosa.remote_id
    assert (quentin.remote_id, quentin.status) == ("", "")


def test_looks_write_nothing_and_ask_only_what_the_vendor_knows(meeting):
    target = meeting.provisioned()
    before = meeting.writes
    wanted = [Seeking("paula", "paula@example.com"), Seeking("o", "o'brien+x@example.com"), Seeking("b", "b\\@e.com")]

    matches = meeting.hold(meeting.vendor.seek(meeting.config, target, wanted))
    meeting.hold(meeting.vendor.members(meeting.config, target, [Seeking("x", "", "999999")]))

    assert [match.person for match in matches] == ["paula", "o", "b"]
    assert (meeting.writes, meeting.unknown) == (before, [])


def test_as_many_people_as_a_look_takes_are_all_answered_for(meeting):
    target = meeting.provisioned()
    many = [
        Seeking(f"p{n}", f"somebody.with.a.long.name.{n}@subdomain.example.com")
        for n in range(meeting.vendor.seek_rows)
    ]

    matches = meeting.hold(meeting.vendor.seek(meeting.config, target, many))

    assert [match.person for match in matches] == [one.person for one in many]


# Writing and reading back


def test_a_person_is_made_once_and_found_again(meeting):
    target = meeting.provisioned()

    (made,) = meeting.write(target, a_person())
    (match,) = meeting.hold(meeting.vendor.seek(meeting.config, target, [Seeking(PERSON, "nora@example.com")]))

    assert (made.ruling.verdict, made.made) == (Verdict.ACCEPT, True)
    assert [one.remote_id for one in match.candidates] == [made.remote_id]
    assert meeting.read_back(target, a_person(), made.remote_id) == []


def test_a_person_whom_the_account_refuses_to_make_twice_is_looked_for_again(meeting):
    target = meeting.provisioned()
    meeting.guard()
    (made,) = meeting.write(target, a_person())

    (again,) = meeting.write(target, a_person())

    assert again.ruling.verdict is Verdict.REMATCH
    assert again.matches in ((), (made.remote_id,))


def test_a_member_is_made_with_its_status(meeting):
    target = meeting.provisioned()
    (person,) = meeting.write(target, a_person())
    change = a_member(meeting, person.remote_id)

    (made,) = meeting.write(target, change)
    (seen,) = meeting.hold(
        meeting.vendor.members(meeting.config, target, [Seeking(PERSON, "nora@example.com", person.remote_id)])
    )

    assert made.ruling.verdict is Verdict.ACCEPT
    assert (seen.remote_id, seen.status) == (made.remote_id, STATUS[meeting.vendor.kind])
    assert meeting.read_back(target, change, made.remote_id) == []


@pytest.mark.parametrize(("kind", "values"), ROWS)
def test_a_row_is_written_whole_and_read_back_alike(meeting, kind, values):
    place = settled(meeting)
    change = place.row(kind, **values)

    (made,) = meeting.write(place.target, change)

    assert (made.ruling.verdict, made.made) == (Verdict.ACCEPT, True)
    assert meeting.read_back(place.target, change, made.remote_id) == []
    assert meeting.unknown == []


@pytest.mark.parametrize(("kind", "values"), ROWS)
def test_a_row_written_again_is_the_same_row(meeting, kind, values):
    place = settled(meeting)
    change = place.row(kind, **values)
    (made,) = meeting.write(place.target, change)

    (again,) = meeting.write(place.target, change)

    assert (again.remote_id, again.made) == (made.remote_id, False)


def test_one_person_in_two_channels_has_two_rows(meeting):
    place = settled(meeting)
    one = place.row(Kind.ENGAGEMENT, plays=1)
    other = replace(one, key=one.key._replace(channel=330023), values={**one.values, "channel_id": 330023, "plays": 2})

    first, second = meeting.write(place.target, one, other)

    assert first.remote_id != second.remote_id
    assert meeting.read_back(place.target, one, first.remote_id) == []
    assert meeting.read_back(place.target, other, second.remote_id) == []


@pytest.mark.parametrize(("kind", "name", "value"), [
    (Kind.ENGAGEMENT, "plays", 7), (Kind.ENGAGEMENT, "entry_name", "Keynote"), (Kind.POLLS, "poll_3_answer", "Yes"),
])  # fmt: skip
def test_a_value_that_is_gone_is_cleared(meeting, kind, name, value):
    place = settled(meeting)
    (made,) = meeting.write(place.target, place.row(kind, **{name: value}))

    gone = place.row(kind, **{name: None})
    meeting.write(place.target, gone)

    assert None in meeting.rendered(place.target, gone).payload.values()
    assert meeting.read_back(place.target, gone, made.remote_id) == []
    told = meeting.read_back(place.target, place.row(kind, **{name: value}), made.remote_id)
    assert [(one.expected, one.found) for one in told] == [(value, None)]


def test_zero_is_written_as_zero(meeting):
    place = settled(meeting)
    change = place.row(Kind.ENGAGEMENT, plays=0)

    (made,) = meeting.write(place.target, change)

    told = meeting.read_back(place.target, place.row(Kind.ENGAGEMENT, plays=None), made.remote_id)
    assert [(one.expected, float(one.found)) for one in told] == [(None, 0.0)]


def test_reading_back_names_a_field_that_was_altered(meeting):
    place = settled(meeting)
    change = place.row(Kind.ENGAGEMENT, plays=7)
    (made,) = meeting.write(place.target, change)

    meeting.act(meeting.hands.alter(place.target, made.remote_id))

    told = meeting.read_back(place.target, change, made.remote_id)
    assert [(one.key, one.field, one.expected, float(one.found)) for one in told] == [
        (change.key, meeting.hands.plays, 7, 99.0)
    ]


def test_reading_back_names_a_row_that_was_deleted(meeting):
    place = settled(meeting)
    change = place.row(Kind.ENGAGEMENT, plays=7)
    (made,) = meeting.write(place.target, change)

    meeting.act(meeting.hands.remove(place.target, made.remote_id))

    told = meeting.read_back(place.target, change, made.remote_id)
    assert [(one.key, one.field, one.found) for one in told] == [(change.key, "", None)]


def test_reading_back_names_a_status_lowered_behind_our_back(meeting):
    place = settled(meeting)

    meeting.act(meeting.hands.lower(place.target, place.member, place.person))

    change = a_member(meeting, place.person)
    told = meeting.read_back(place.target, change, place.member)
    assert [(one.key, one.expected) for one in told] == [(change.key, "Registered")]
    assert told[0].found in ("Sent", "Invited")


def test_reading_back_names_a_person_who_is_gone(meeting):
    place = settled(meeting)
    gone = {"salesforce": {"do": "delete", "sobject": "Lead", "id": place.person},
            "marketo": {"do": "delete_person", "lead": int(place.person) if place.person.isdigit() else 0}}  # fmt: skip

    meeting.act(gone[meeting.vendor.kind])

    told = meeting.read_back(place.target, a_person(), place.person)
    assert [(one.key.kind, one.field, one.found) for one in told] == [(Kind.PERSON, "", None)]


def test_a_row_of_somebody_who_is_gone_is_looked_at_again(meeting):
    place = settled(meeting)
    gone = {"salesforce": {"do": "delete", "sobject": "Lead", "id": place.person},
            "marketo": {"do": "delete_person", "lead": int(place.person) if place.person.isdigit() else 0}}  # fmt: skip
    meeting.act(gone[meeting.vendor.kind])

    (told,) = meeting.write(place.target, place.row(Kind.ENGAGEMENT, plays=1))

    assert told.ruling.verdict is Verdict.REMATCH


def test_one_bad_row_does_not_stop_the_others(meeting):
    place = settled(meeting)
    good = place.row(Kind.ENGAGEMENT, plays=1)
    lost = {"salesforce": "00v000000000000AAA", "marketo": place.member}[meeting.vendor.kind]
    nobody = {"salesforce": "00Q000000000000AAA", "marketo": "987654"}[meeting.vendor.kind]
    bad = replace(good, key=good.key._replace(person="b" * 26), person_id=nobody, member_id=lost)

    fine, refused = meeting.write(place.target, good, bad)

    assert fine.ruling.verdict is Verdict.ACCEPT
    assert refused.ruling.verdict is not Verdict.ACCEPT
    assert refused.ruling.sentence()


# Rendering


LONG = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).map(lambda text: text * 120)
TEXTS = {Kind.ENGAGEMENT: ("entry_name", "channel_name"), Kind.POLLS: ("poll_1_answer", "poll_2_question")}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(TEXTS)), text=LONG)
def test_no_text_is_ever_longer_than_its_field(place, kind, text):
    seen = place.target.objects[kind].fields
    row = place.meeting.rendered(place.target, place.row(kind, **dict.fromkeys(TEXTS[kind], text)))

    for name in TEXTS[kind]:
        sent = row.payload.get(seen[name].api_name) or ""
        assert len(sent) <= (seen[name].width or 32_000)
        assert len(sent.encode()) <= 30_000


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in TEXTS.items() for name in names])
def test_what_was_cut_is_told(place, kind, name):
    row = place.meeting.rendered(place.target, place.row(kind, **{name: "long " * 8000}))

    assert len(row.notes) == 1
    assert row.notes[0].startswith(name)
    assert "cut" in row.notes[0]


def test_a_text_of_exactly_the_width_goes_whole(place):
    field = place.target.objects[Kind.ENGAGEMENT].fields["entry_name"]
    whole = "é" * (field.width or 255)

    row = place.meeting.rendered(place.target, place.row(Kind.ENGAGEMENT, entry_name=whole))

    assert (row.payload[field.api_name], row.notes) == (whole, ())


@pytest.mark.parametrize(("kind", "name"), [
    (Kind.ENGAGEMENT, "entry_id"), (Kind.POLLS, "entry_id"), (Kind.ENGAGEMENT, "email"), (Kind.POLLS, "email"),
])  # fmt: skip
def test_an_identifier_is_never_cut_and_the_refusal_names_field_and_width(place, kind, name):
    width = place.target.objects[kind].fields[name].width or 255
    long = f"{'x' * 400}@example.com"

    told = place.meeting.render(place.target, place.row(kind, **{name: long}))

    assert isinstance(told, Outcome)
    assert told.ruling.verdict is Verdict.REJECT
    assert name in told.ruling.sentence()
    assert str(width) in told.ruling.sentence()


@pytest.mark.parametrize("email", ["", "nobody", "two@at@example.com", f"{'x' * 400}@example.com"])
def test_somebody_is_not_made_with_an_address_that_is_none(place, email):
    told = place.meeting.render(place.target, a_person(email))

    assert isinstance(told, Outcome)
    assert told.ruling.verdict is Verdict.REJECT
    assert "mail" in told.ruling.sentence()


def test_a_size_is_at_least_what_the_row_adds_to_a_body(place):
    row = place.meeting.rendered(place.target, place.row(Kind.POLLS, poll_1_answer="é" * 900))

    assert row.size_bytes >= len(json.dumps(row.payload, ensure_ascii=False).encode()) - 80


def test_a_field_that_the_account_does_not_have_is_not_sent(place):
    seen = place.target.objects[Kind.ENGAGEMENT]
    fewer = replace(seen, fields={name: field for name, field in seen.fields.items() if name != "plays"})
    target = replace(place.target, objects={**place.target.objects, Kind.ENGAGEMENT: fewer})

    row = place.meeting.rendered(target, place.row(Kind.ENGAGEMENT, plays=7, total_entry_view_time=3))

    assert place.meeting.hands.plays not in row.payload


def test_fields_that_belong_to_people_are_never_rendered(place):
    row = place.meeting.rendered(place.target, a_person(owner="x", unsubscribed=True, lifecycle="y", description="z"))

    assert set(row.payload) <= {"FirstName", "LastName", "Company", "Email", "LeadSource", "email", "firstName",
                                "lastName", "company"}  # fmt: skip


def test_a_call_carries_many_rows_of_every_kind(place):
    writers = place.meeting.vendor.writers.values()

    assert all(writer.rows >= 200 and writer.bytes > 100_000 for writer in writers)


# Answers nobody documented


ODD = [
    Reply(200, {}, b""),
    Reply(200, {}, b"<html>One moment please</html>"),
    Reply(200, {}, b"null"),
    Reply(200, {}, b"[]"),
    Reply(200, {}, b"{}"),
    Reply(200, {}, b'"ok"'),
    Reply(200, {}, b'{"success": "maybe"}'),
    Reply(200, {}, b'{"success": false, "errors": [{"code": "9999", "message": "new"}]}'),
    Reply(302, {"location": "https://login.example.com"}, b""),
    Reply(400, {}, b"{}"),
    Reply(403, {}, b"<html>Forbidden</html>"),
    Reply(418, {}, b""),
    Reply(429, {}, b""),
    Reply(500, {}, b"[]"),
    Reply(502, {}, b"<html>Bad gateway</html>"),
    Reply(503, {"retry-after": "7"}, b""),
]


@pytest.mark.parametrize("answer", ODD, ids=lambda one: f"{one.status} {one.body.decode()[:20]}")
def test_no_odd_answer_to_a_write_is_ever_taken_for_success(place, answer):
    meeting = place.meeting
    row = meeting.rendered(place.target, place.row(Kind.ENGAGEMENT, plays=1))
    writer = meeting.vendor.writers[Kind.ENGAGEMENT]
    talk = writer.talk(meeting.config, place.target, [row])
    request = next(talk)

    told = meeting.vendor.judged(request, answer)
    if told is None:
        with pytest.raises(StopIteration) as end:
            talk.send(answer)
        told = end.value.value[0].ruling

    assert told.verdict is not Verdict.ACCEPT
    assert told.sentence()


@pytest.mark.parametrize("answer", ODD, ids=lambda one: f"{one.status} {one.body.decode()[:20]}")
def test_no_odd_answer_to_a_look_is_ever_taken_for_nobody(place, answer):
    meeting = place.meeting
    talk = meeting.vendor.seek(meeting.config, place.target, [Seeking("paula", "paula@example.com")])

    told = meeting.vendor.judged(next(talk), answer)

    assert told is not None
    assert told.verdict in (Verdict.RETRY, Verdict.WAIT, Verdict.HALT)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_broken_answer_to_a_write_is_unsure_and_to_a_read_is_not(meeting, status):
    write = meeting.vendor.judged(post("/rest/v1/leads.json", {}), Reply(status, {}, b"<html>"))
    look = meeting.vendor.judged(get("/rest/v1/leads.json"), Reply(status, {}, b"<html>"))

    assert write.verdict is Verdict.UNSURE
    assert look.verdict is Verdict.RETRY


def test_a_row_names_its_session_and_channel(place):
    row = place.meeting.rendered(place.target, place.row(Kind.ENGAGEMENT, plays=1))

    assert (row.change.key.session, row.change.key.channel) == (SESSION, CHANNEL)
    assert SESSION in row.payload.values()
    assert CHANNEL in row.payload.values()
