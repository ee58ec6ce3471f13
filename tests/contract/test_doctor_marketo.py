"""Each finding of Marketo's doctor: break exactly that, see exactly that finding, mend it, see it vanish."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest
from msgspec import structs
from tests.contract.destinations import EXAMPLES, Meeting

from turnout.clock import VirtualClock
from turnout.destinations.marketo.fields import ACTIVITY, ENGAGEMENT, POLLS, Field, ObjectSpec
from turnout.simulators.marketo import app
from turnout.values.findings import Finding, Severity
from turnout.wire import Reply, Request, Talk, get, post

CHANNEL = "Kaltura Event"
NINE = [
    {"name": "Created", "step": 10},
    {"name": "Invited", "step": 20},
    {"name": "Registered", "step": 30, "success": True, "type": "REGISTERED"},
    {"name": "Confirmed", "step": 40, "success": True},
    {"name": "autoConfirmed", "step": 40, "success": True},
    {"name": "Attended", "step": 50, "success": True, "type": "ATTENDED"},
    {"name": "Participated", "step": 60, "success": True},
    {"name": "Blocked", "step": 70},
    {"name": "Un-registered", "step": 80},
]
OBJECT, POLL_OBJECT, TYPE = "kalturaUserSessionEngagement", "kalturaUserPolls_c", "userSessionEngagement"
SCHEMA, TYPES = "/rest/v1/customobjects/schema", "/rest/v1/activities/external/type"


class Visit(Meeting):
    """An account that was made ready by `provision`, and what a person does there before the doctor comes."""

    def __init__(
        self,
        *,
        mode: str = "both",
        seed: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__("marketo")
        if seed or settings:
            given = json.loads((EXAMPLES / "marketo-seed.json").read_text())
            extended = {name: [*given.get(name, []), *more] for name, more in (seed or {}).items()}
            self.clock = VirtualClock()
            self.simulator = app.marketo(clock=self.clock, seed={**given, **extended, "settings": settings or {}})
        self.set(engagement_as=mode)
        self.skew_seconds = 0.0
        self.bend: Callable[[Request, Any], Any] = lambda request, body: body
        self.provision()

    def _answer(self, request: Request) -> Reply:
        reply = super()._answer(request)
        if b"{" in reply.body[:1]:
            reply = structs.replace(reply, body=json.dumps(self.bend(request, reply.json())).encode())
        return structs.replace(reply, at=self.clock.now() + self.skew_seconds)

    def set(self, **settings: str) -> None:
        self.config = structs.replace(self.config, settings={**self.config.settings, **settings})

    def bind(self, program: str) -> None:
        self.binding = structs.replace(self.binding, program=program)

    def provision(self) -> None:
        self.hold(self.vendor.provision(self.config, self.binding, False))

    def findings(self) -> dict[str, Finding]:
        return {found.code: found for found in self.hold(self.vendor.doctor(self.config, self.binding))}

    def ill(self) -> dict[str, str]:
        """Return what the doctor minds, with how much; each says why it matters, who can mend it, and how."""
        found = [one for one in self.findings().values() if one.severity in (Severity.ADVICE, Severity.PROBLEM)]
        assert all(one.what and one.why and one.who and one.fix for one in found), found
        return {one.code: str(one.severity) for one in found}

    def call(self, *requests: Request) -> None:
        """Let a person make calls; each must be answered well."""

        def talk() -> Talk[None]:
            for request in requests:
                reply = yield request
                assert reply.json()["success"], reply.body

        self.hold(talk())

    def statuses(self, statuses: Iterable[Mapping[str, Any]]) -> None:
        self.act({"do": "edit_channel", "channel": CHANNEL, "statuses": list(statuses)})

    def remake(
        self, spec: ObjectSpec, fields: Sequence[Field], *, key: Sequence[str] = (), draft: bool = False
    ) -> None:
        """Let a person drop an object and make it anew, by their own mind."""
        self.act({"do": "drop_object", "object": spec.api_name})
        made = {"apiName": spec.api_name, "displayName": spec.api_name, "pluralName": f"{spec.api_name}s"}
        bodies = [column(field, key or spec.key) for field in fields]
        calls = [post(f"{SCHEMA}.json", {"action": "createOnly", **made})]
        for start in range(0, len(bodies), 20):
            body = {"input": bodies[start : start + 20]}
            calls.append(post(f"{SCHEMA}/{spec.api_name}/addField.json", body))
        self.call(*calls, *([] if draft else [post(f"{SCHEMA}/{spec.api_name}/approve.json")]))

    def mend_object(self, spec: ObjectSpec = ENGAGEMENT) -> None:
        self.act({"do": "drop_object", "object": spec.api_name})
        self.provision()

    def make_type(self, fields: Sequence[Field], *, draft: bool = False) -> None:
        """Let a person make the activity type by their own mind, and wish for activities."""
        named = {"triggerName": "Attends", "filterName": "Attended", "primaryAttribute": attribute(ACTIVITY.fields[0])}
        self.call(
            post(f"{TYPES}.json", {"apiName": TYPE, "name": TYPE, **named}),
            attributes("create", fields),
            *([] if draft else [post(f"{TYPES}/{TYPE}/approve.json")]),
        )
        self.set(engagement_as="both")

    def mend_type(self, *requests: Request) -> None:
        """Let a person change the activity type, and approve it again."""
        self.call(*requests, post(f"{TYPES}/{TYPE}/approve.json"))

    def shown(self, how: Callable[[Any], Any], path: str) -> None:
        """Let the account show something else than it has."""
        self.bend = lambda request, body: how(body) if request.path.endswith(path) else body

    def plain(self) -> None:
        self.bend = lambda request, body: body


def attributes(do: str, fields: Sequence[Field]) -> Request:
    typed = [{**attribute(field), **({"dataType": field.type} if do == "create" else {})} for field in fields]
    return post(f"{TYPES}/{TYPE}/attributes/{do}.json", {"attributes": typed})


def column(field: Field, key: Sequence[str]) -> dict[str, Any]:
    body: dict[str, Any] = {"name": field.name, "displayName": field.name, "dataType": field.type}
    if field.name in key:
        body["isDedupeField"] = True
    if field.type == "link":
        body["relatedTo"] = {"name": "lead", "field": "id"}
    return body


def attribute(field: Field) -> dict[str, Any]:
    return {"apiName": field.name.replace("_", ""), "name": field.name}


def changed(spec: ObjectSpec, name: str, **change: Any) -> list[Field]:
    """Return an object's fields with one of them another; without it where no change is given."""
    kept = [structs.replace(field, **change) if field.name == name else field for field in spec.fields]
    return kept if change else [field for field in kept if field.name != name]


def with_status(name: str, **change: Any) -> list[dict[str, Any]]:
    return [{**status, **(change if status["name"] == name else {})} for status in NINE]


def seen(visit: Visit, ill: Callable[[], None], mend: Callable[[], None]) -> dict[str, str]:
    """Break something in a healthy account, mend it, and return what the doctor minded in between."""
    assert visit.ill() == {}
    ill()
    found = visit.ill()
    mend()
    assert visit.ill() == {}
    assert visit.unknown == []
    return found


@pytest.mark.parametrize(
    ("permission", "severity"),
    [
        ("Person", "problem"),
        ("Activity", "problem"),
        ("Activity Metadata", "problem"),
        ("Assets", "problem"),
        ("Campaigns", "advice"),
        ("Custom Object", "problem"),
        ("Custom Object Type", "advice"),
    ],
)
def test_a_permission_that_the_role_lacks(permission, severity):
    visit = Visit()
    name = f"Read-Write {permission}"
    found = seen(
        visit,
        lambda: visit.act({"do": "forbid", "permission": name}),
        lambda: visit.act({"do": "permit", "permission": name}),
    )
    assert found == {f"permission:{name}": severity}


@pytest.mark.parametrize(
    ("permission", "severity"),
    [
        ("Person", "problem"),
        ("Activity", "problem"),
        ("Activity Metadata", "problem"),
        ("Assets", "advice"),
        ("Custom Object", "problem"),
        ("Custom Object Type", "advice"),
    ],
)
def test_a_permission_to_read_where_one_to_write_is_needed(permission, severity):
    visit = Visit()

    def turn(first: str, second: str) -> None:
        visit.act({"do": "forbid", "permission": f"{first} {permission}"})
        visit.act({"do": "permit", "permission": f"{second} {permission}"})

    found = seen(visit, lambda: turn("Read-Write", "Read-Only"), lambda: turn("Read-Only", "Read-Write"))
    assert found == {f"permission:Read-Write {permission}": severity}


@pytest.mark.parametrize("endpoint", ["123-abc-456.mktorest.com", "http://123-abc-456.mktorest.com"])
def test_an_endpoint_without_https(endpoint):
    visit = Visit()
    well = visit.config.get("endpoint")
    found = seen(visit, lambda: visit.set(endpoint=endpoint), lambda: visit.set(endpoint=well))
    assert found == {"endpoint": "problem"}


@pytest.mark.parametrize("tail", ["/rest", "/identity", "/rest/"])
def test_an_endpoint_with_a_path_is_cut_and_told(tail):
    visit = Visit()
    visit.set(endpoint=visit.config.get("endpoint") + tail)
    told = visit.findings()["endpoint"]
    assert (told.severity, f"{tail.rstrip('/')} at its end is left out" in told.what) == ("ok", True)


def test_a_secret_that_is_not_the_services():
    visit = Visit()
    well = visit.config.get("client_secret")
    found = seen(visit, lambda: visit.set(client_secret="another"), lambda: visit.set(client_secret=well))
    assert found == {"credentials": "problem"}


def test_a_program_that_is_not_there():
    visit = Visit()
    well = visit.binding.program
    assert seen(visit, lambda: visit.bind("Nothing"), lambda: visit.bind(well)) == {"program.missing": "problem"}


def odd(**program: str) -> Visit:
    """Return an account with one more channel, which has the nine statuses, and a program that uses it."""
    channel = {"name": "Kaltura Program", "applicableProgramType": "program", "statuses": NINE}
    return Visit(seed={"channels": [channel], "programs": [{"name": "Odd", "channel": "Kaltura Program", **program}]})


def test_a_program_of_another_type():
    visit = odd(type="Default")
    well = visit.binding.program
    found = seen(visit, lambda: visit.bind("Odd"), lambda: visit.bind(well))
    assert found == {"program.type": "problem", "channel.type": "problem"}


def test_a_channel_that_does_not_apply_to_events():
    visit = odd(type="Event")
    well = visit.binding.program
    assert seen(visit, lambda: visit.bind("Odd"), lambda: visit.bind(well)) == {"channel.type": "problem"}


def test_a_channel_that_cannot_be_read():
    visit = Visit()
    found = seen(
        visit, lambda: visit.shown(lambda body: {**body, "result": []}, "/channel/byName.json"), lambda: visit.plain()
    )
    assert found == {"channel.missing": "problem"}


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([one for one in NINE if one["name"] != "Confirmed"], {"status.missing:Confirmed": "problem"}),
        (with_status("Created", step=11), {"status.step:Created": "advice"}),
        (with_status("Created", step=25), {"status.step:Created": "problem"}),
        (with_status("Participated", success=False), {"status.success:Participated": "problem"}),
        (with_status("Blocked", success=True), {"status.success:Blocked": "problem"}),
    ],
)
def test_a_channel_whose_statuses_are_others(statuses, expected):
    visit = Visit()
    assert seen(visit, lambda: visit.statuses(statuses), lambda: visit.statuses(NINE)) == expected


@pytest.mark.parametrize("name", ["REGISTERED", "ATTENDED"])
def test_a_system_mapping_that_no_status_has(name):
    def unmapped(body: Any) -> Any:
        return json.loads(json.dumps(body).replace(f'"type": "{name}"', '"type": ""'))

    visit = Visit()
    found = seen(visit, lambda: visit.shown(unmapped, "/channel/byName.json"), visit.plain)
    assert found == {f"channel.mapping:{name}": "advice"}


@pytest.mark.parametrize("spec", [ENGAGEMENT, POLLS])
def test_an_object_that_is_not_there(spec):
    visit = Visit(mode="object")
    found = seen(visit, lambda: visit.act({"do": "drop_object", "object": spec.api_name}), visit.provision)
    assert found == {f"object.missing:{spec.api_name}": "problem"}


def test_an_object_that_nobody_approved():
    visit = Visit(mode="object")
    found = seen(visit, lambda: visit.remake(ENGAGEMENT, ENGAGEMENT.fields, draft=True), visit.provision)
    assert found == {f"object.unapproved:{OBJECT}": "problem"}


def test_an_object_that_links_to_nobody():
    visit = Visit(settings={"linkless_objects": "edge"})
    unlinked = changed(ENGAGEMENT, "personId", type="integer")
    found = seen(visit, lambda: visit.remake(ENGAGEMENT, unlinked), visit.mend_object)
    assert found == {f"object.link:{OBJECT}": "problem"}


@pytest.mark.parametrize(
    ("spec", "key", "words"),
    [
        (ENGAGEMENT, ["entry_id"], "a second attendee would overwrite the first"),
        (ENGAGEMENT, ["personId", "entry_id"], "an attendee's second channel would overwrite the first"),
        (POLLS, ["personId"], "an attendee's second session would overwrite the first"),
    ],
)
def test_an_object_whose_key_lets_rows_overwrite_rows(spec, key, words):
    visit = Visit()
    told = []

    def ill() -> None:
        visit.remake(spec, spec.fields, key=key)
        told.append(visit.findings()[f"object.key:{spec.api_name}"].what)

    found = seen(visit, ill, lambda: visit.mend_object(spec))
    assert (found, words in told[0]) == ({f"object.key:{spec.api_name}": "problem"}, True)


@pytest.mark.parametrize(
    ("spec", "fields", "expected"),
    [
        (ENGAGEMENT, changed(ENGAGEMENT, "mic_on"), {f"field.missing:{OBJECT}.mic_on": "advice"}),
        (ENGAGEMENT, changed(ENGAGEMENT, "mic_on", type="integer"), {f"field.type:{OBJECT}.mic_on": "problem"}),
        (ENGAGEMENT, changed(ENGAGEMENT, "plays", type="string"), {f"field.type:{OBJECT}.plays": "problem"}),
        (
            POLLS,
            changed(POLLS, "poll_3_question", type="string"),
            {f"field.width:{POLL_OBJECT}.poll_3_question": "advice"},
        ),
    ],
)
def test_a_field_that_is_not_as_the_document_has_it(spec, fields, expected):
    visit = Visit()
    assert seen(visit, lambda: visit.remake(spec, fields), lambda: visit.mend_object(spec)) == expected


def test_a_subscription_without_custom_objects():
    assert Visit(settings={"custom_objects": False}).ill() == {"objects.disabled": "problem"}


def test_an_activity_that_is_not_there():
    visit = Visit(mode="object")
    found = seen(visit, lambda: visit.set(engagement_as="both"), visit.provision)
    assert found == {f"activity.missing:{TYPE}": "problem"}


def test_an_activity_that_nobody_approved():
    visit = Visit(mode="object")
    found = seen(visit, lambda: visit.make_type(ACTIVITY.fields[1:], draft=True), visit.provision)
    assert found == {f"activity.unapproved:{TYPE}": "problem"}


def test_an_attribute_that_is_not_there():
    visit = Visit(mode="object")
    user = ACTIVITY.field("user")
    fields = [field for field in ACTIVITY.fields[1:] if field is not user]
    found = seen(visit, lambda: visit.make_type(fields), lambda: visit.mend_type(attributes("create", [user])))
    assert found == {f"attribute.missing:{TYPE}.user": "advice"}


def test_an_attribute_of_the_wrong_type():
    visit = Visit(mode="object")
    plays = ACTIVITY.field("plays")
    fields = changed(ACTIVITY, "plays", type="boolean")[1:]

    def mend() -> None:
        visit.mend_type(attributes("delete", [plays]))
        visit.mend_type(attributes("create", [plays]))

    assert seen(visit, lambda: visit.make_type(fields), mend) == {f"field.type:{TYPE}.plays": "problem"}


def test_an_account_that_has_the_activity_alone_and_is_set_to_objects():
    visit = Visit()
    visit.set(engagement_as="object")
    found = seen(visit, lambda: visit.act({"do": "drop_object", "object": OBJECT}), visit.provision)
    assert found == {f"object.missing:{OBJECT}": "advice", "engagement_as": "advice"}


def test_a_day_whose_calls_are_nearly_spent():
    visit = Visit()
    visit.hold(_reading(40))
    assert seen(visit, lambda: visit.set(daily_calls="110"), lambda: visit.set(daily_calls="50000")) == {
        "quota": "advice"
    }


def _reading(times: int) -> Talk[None]:
    for _ in range(times):
        yield get("/rest/v1/stats/usage.json")


def test_a_day_whose_calls_are_spent():
    visit = Visit()
    assert seen(visit, lambda: visit.set(daily_calls="5"), lambda: visit.set(daily_calls="50000")) == {
        "quota": "problem"
    }


def test_another_service_that_writes():
    visit = Visit()

    def other(body: Any) -> Any:
        [day] = body["result"]
        return {**body, "result": [{**day, "users": [*day["users"], {"userId": "crm@example.com", "count": 70}]}]}

    found = seen(visit, lambda: visit.shown(other, "/stats/usage.json"), visit.plain)
    assert found == {"second_writer": "advice"}


def test_a_clock_that_is_wrong():
    visit = Visit()

    def shift(seconds: float) -> None:
        visit.skew_seconds = seconds

    assert seen(visit, lambda: shift(300.0), lambda: shift(0.0)) == {"clock": "problem"}
