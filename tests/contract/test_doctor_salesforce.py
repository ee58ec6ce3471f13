"""Each finding of the Salesforce doctor: broken in the account, seen alone, mended, gone.

The account is the simulator of the example event, used as a person or another program would use it: by its
control door and its public calls.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from turnout.apps.simulate import CREDENTIALS, read_seed, simulator
from turnout.clock import VirtualClock
from turnout.destinations.kit import Session
from turnout.destinations.salesforce.account.deploying import deploy
from turnout.destinations.salesforce.account.metadata import everything, package, zipped
from turnout.destinations.salesforce.vendor import SALESFORCE
from turnout.values.bindings import Binding, Config
from turnout.values.findings import Severity
from turnout.wire import Reply, Request, Send, Talk, get, post

SEED = Path(__file__).parents[2] / "examples" / "winter-summit" / "salesforce-seed.json"
ENGAGEMENT, POLLS = "UserSessionEngagement__c", "Kaltura_User_Polls_c__c"
EXTERNAL = "CampaignMember.external_id__c"
NS = "{http://soap.sforce.com/2006/04/metadata}"
CAMPAIGN = "Winter Summit 2026"


class Account:
    """The example's org, all set up; `harm` and `mend` are what people do there."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.send: Send = simulator("salesforce", read_seed(SEED), self.clock)
        client_id, client_secret = CREDENTIALS["salesforce"]
        given = {"url": "http://127.0.0.1:1", "client_id": client_id, "client_secret": client_secret}
        self.config = Config("salesforce", "crm", given)
        self.binding = Binding("b1", "9001", CAMPAIGN, "crm")
        self.session: Session | None = None
        self.headers: dict[str, str] = {"date": "Thu, 18 Nov 2026 11:06:40 GMT"}
        self.session = self.hold(SALESFORCE.sign_in(self.config))
        self.provision()

    def hold(self, talk: Talk[Any]) -> Any:
        """Hold a talk with the account, and return what came of it."""
        try:
            request = next(talk)
            while True:
                request = talk.send(self.told(request))
        except StopIteration as end:
            return end.value

    def told(self, request: Request) -> Reply:
        answer = self.send(SALESFORCE.signed(request, self.session) if self.session else request)
        assert isinstance(answer, Reply)
        ruling = SALESFORCE.judged(request, answer)
        assert ruling is None, ruling.sentence()
        self.clock.sleep(1.0)
        kept = {name: value for name, value in answer.headers.items() if name != "date"}
        return replace(answer, headers={**kept, **self.headers}, at=self.now)

    @property
    def now(self) -> float:
        return 1_794_999_999.0

    def check(self) -> dict[str, str]:
        """Return what the doctor finds wrong: {code: severity}."""
        found = self.hold(SALESFORCE.doctor(self.config, self.binding))
        wrong = {one.code: str(one.severity) for one in found if one.severity is not Severity.OK}
        return {code: severity for code, severity in wrong.items() if code != "permission:deploy"}

    def provision(self) -> None:
        self.hold(SALESFORCE.provision(self.config, self.binding, False))

    def act(self, do: str, **what: Any) -> Any:
        answer = self.send(post("/_sim/act", {"do": do, **what}))
        assert isinstance(answer, Reply)
        assert answer.status == 200, answer.body
        return answer.json()

    def set(self, **settings: Any) -> None:
        self.act("set", settings=settings)

    def query(self, soql: str) -> list[dict[str, Any]]:
        return list(self.told(get("/query", {"q": soql})).json()["records"])

    def one(self, soql: str) -> str:
        (found,) = self.query(soql)
        return str(found["Id"])

    def status(self, label: str) -> str:
        campaign = self.one(f"SELECT Id FROM Campaign WHERE Name = '{CAMPAIGN}'")
        return self.one(f"SELECT Id FROM CampaignMemberStatus WHERE CampaignId = '{campaign}' AND Label = '{label}'")

    def user(self, name: str) -> str:
        return self.one(f"SELECT Id FROM User WHERE Username LIKE '{name}%'")

    def deploy(self, field: str, *changed: tuple[str, str]) -> None:
        """Deploy one field by itself, with texts of its definition changed."""
        sobject, _, name = field.partition(".")
        optional = "no" if ("<required>true", "<required>false") in changed else "yes"
        settings = Config("salesforce", "crm", {"external_id_required": optional})
        objects = [
            replace(one, new=False, columns={name: one.columns[name]} if one.api_name == sobject else {})
            for one in everything(settings)
        ]
        files = package(objects)
        path = f"objects/{sobject}.object"
        text = files[path].decode()
        for before, after in changed:
            assert before in text or after in text, text
            text = text.replace(before, after)
        opened = files["permissionsets/Turnout.permissionset"]
        if "<required>true</required>" in text and sobject != "CampaignMember":
            opened = _without(opened.decode(), field)
        done, why = self.hold(
            deploy(zipped({**files, path: text.encode(), "permissionsets/Turnout.permissionset": opened}))
        )
        assert done, why

    def anew(self, field: str, *changed: tuple[str, str]) -> None:
        """Delete a field and make it again, otherwise."""
        self.act("drop_field", field=field)
        self.deploy(field, *changed)


def _without(permissions: str, field: str) -> bytes:
    """Return a permission set without one field: one that lists a required field is refused."""
    start = permissions.index("<fieldPermissions>", permissions.index(f"<field>{field}</field>") - 120)
    end = permissions.index("</fieldPermissions>", start) + len("</fieldPermissions>")
    return (permissions[:start] + permissions[end:]).encode()


Deed = Callable[[Account], Any]


def settings(**changed: Any) -> Deed:
    return lambda account: account.set(**changed)


def field(name: str, *changed: tuple[str, str]) -> Deed:
    return lambda account: account.deploy(name, *changed)


def anew(name: str, *changed: tuple[str, str]) -> Deed:
    return lambda account: account.anew(name, *changed)


def drop(name: str) -> Deed:
    return lambda account: account.act("drop_field", field=name)


def hide(name: str) -> Deed:
    return lambda account: account.act("hide_field", field=name)


def show(name: str) -> Deed:
    return lambda account: account.act("show_field", field=name)


def provision(account: Account) -> None:
    account.provision()


def edit(sobject: str, identity: Callable[[Account], str], **fields: Any) -> Deed:
    return lambda account: account.act("edit", sobject=sobject, id=identity(account), fields=fields)


def wished(name: str, value: str) -> Deed:
    def done(account: Account) -> None:
        account.config = Config("salesforce", "crm", {**account.config.settings, name: value})

    return done


def dated(text: str | None) -> Deed:
    return lambda account: account.headers.update(date=text) if text else account.headers.pop("date")


def drop_status(label: str) -> Deed:
    return lambda account: account.act("delete", sobject="CampaignMemberStatus", id=account.status(label))


def second_writer(account: Account) -> None:
    """Let another user's integration add somebody to the campaign."""
    campaign = account.one(f"SELECT Id FROM Campaign WHERE Name = '{CAMPAIGN}'")
    contact = account.one("SELECT Id FROM Contact WHERE Email = 'paula@example.com'")
    fields = {"CampaignId": campaign, "ContactId": contact, "external_id__c": f"{campaign}_{contact}"}
    made = account.act("create", sobject="CampaignMember", fields=fields)
    account.act("edit", sobject="CampaignMember", id=made["id"], fields={"CreatedById": account.user("sally")})


def forgotten(account: Account) -> None:
    """Let the other integration take back whom it added."""
    (found,) = account.query("SELECT Id FROM CampaignMember WHERE external_id__c != null")
    account.act("delete", sobject="CampaignMember", id=found["Id"])


def required_field(account: Account) -> None:
    """Let an administrator add a required field to Lead."""
    files = package([replace(one, new=False, columns={}) for one in everything(account.config)])
    added = "<types><members>Lead.Region__c</members><name>CustomField</name></types><types>"
    manifest = files["package.xml"].decode().replace("<types>", added, 1)
    told = "<label>Region</label><type>Text</type><length>20</length><required>true</required>"
    lead = f"""<?xml version="1.0" encoding="UTF-8"?>
<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
<fields><fullName>Region__c</fullName>{told}</fields></CustomObject>"""
    archive = zipped({**files, "package.xml": manifest.encode(), "objects/Lead.object": lead.encode()})
    done, why = account.hold(deploy(archive))
    assert done, why


def granted(right: str = "", flag: bool = True) -> Deed:
    """Let an administrator change one right on one object in the permission set."""

    def done(account: Account) -> None:
        files = package([replace(one, new=False, columns={}) for one in everything(account.config)])
        path = "permissionsets/Turnout.permissionset"
        root = ElementTree.fromstring(files[path])
        for one in root.findall(f"{NS}objectPermissions"):
            for child in one:
                if f"{one.findtext(f'{NS}object')}.{child.tag.removeprefix(NS)}" == right:
                    child.text = "true" if flag else "false"
        ended, why = account.hold(deploy(zipped({**files, path: ElementTree.tostring(root)})))
        assert ended, why

    return done


def me(account: Account) -> str:
    return account.user("integration")


def second_campaign(account: Account) -> None:
    account.act("create", sobject="Campaign", fields={"Name": CAMPAIGN})


def rename(name: str, to: str) -> Deed:
    def done(account: Account) -> None:
        (first, *_) = account.query(f"SELECT Id FROM Campaign WHERE Name = '{name}' ORDER BY Id DESC")
        account.act("edit", sobject="Campaign", id=first["Id"], fields={"Name": to})

    return done


LEAD = f"{ENGAGEMENT}.Lead__c"
PLAYS, USER, MIC = f"{ENGAGEMENT}.plays__c", f"{ENGAGEMENT}.user__c", f"{ENGAGEMENT}.mic_on__c"
ANSWER, KEY = f"{POLLS}.poll_3_answer__c", f"{ENGAGEMENT}.turnout_key__c"
MARKETING = "UserPermissionsMarketingUser"
LABEL = "Confirmed email"

FINDINGS: list[tuple[str, str, Deed, Deed]] = [
    ("version", "advice", wished("api_version", "99.0"), wished("api_version", "66.0")),
    ("clock", "advice", dated("Thu, 18 Nov 2026 12:06:40 GMT"), dated("Thu, 18 Nov 2026 11:06:40 GMT")),
    ("clock", "unknown", dated(None), dated("Thu, 18 Nov 2026 11:06:40 GMT")),
    ("quota", "advice", lambda account: account.act("use_calls", calls=90_000), settings(api_requests=1_000_000)),
    ("quota", "problem", lambda account: account.act("use_calls", calls=98_000), settings(api_requests=10_000_000)),
    ("campaign.writer", "advice", second_writer, forgotten),
    ("campaign.missing", "problem", rename(CAMPAIGN, "Another"), rename("Another", CAMPAIGN)),
    ("campaign.several", "problem", second_campaign, rename(CAMPAIGN, "Another")),
    (f"status.missing:{LABEL}", "problem", drop_status(LABEL), provision),
    (
        f"status.responded:{LABEL}",
        "problem",
        edit("CampaignMemberStatus", lambda account: account.status(LABEL), HasResponded=False),
        edit("CampaignMemberStatus", lambda account: account.status(LABEL), HasResponded=True),
    ),
    (
        "permission:Marketing User",
        "problem",
        edit("User", me, **{MARKETING: False}),
        edit("User", me, **{MARKETING: True}),
    ),
    ("permission:Marketing User", "unknown", settings(hidden_objects=["User"]), settings(hidden_objects=[])),
    ("permission:Lead.create", "problem", settings(readonly_objects=["Lead"]), settings(readonly_objects=[])),
    (f"object.missing:{ENGAGEMENT}", "problem", settings(hidden_objects=[ENGAGEMENT]), settings(hidden_objects=[])),
    (f"object.missing:{POLLS}", "problem", settings(hidden_objects=[POLLS]), settings(hidden_objects=[])),
    (f"field.missing:{PLAYS}", "advice", hide(PLAYS), show(PLAYS)),
    (f"field.missing:{USER}", "problem", drop(USER), provision),
    (f"field.missing:{EXTERNAL}", "problem", drop(EXTERNAL), provision),
    (f"field.readonly:{PLAYS}", "problem", settings(readonly_fields=[PLAYS]), settings(readonly_fields=[])),
    (
        f"field.type:{PLAYS}",
        "problem",
        anew(
            PLAYS,
            ("<type>Number", "<type>Text"),
            ("<precision>18</precision>", "<length>20</length>"),
            ("<scale>0</scale>", ""),
        ),
        anew(PLAYS),
    ),
    (f"field.reference:{LEAD}", "problem", anew(LEAD, ("<referenceTo>Lead", "<referenceTo>Contact")), anew(LEAD)),
    ("field.required:Lead.Region__c", "problem", required_field, drop("Lead.Region__c")),
    (f"permission:{ENGAGEMENT}.edit", "problem", granted(f"{ENGAGEMENT}.allowEdit", False), granted()),
    (f"permission:{POLLS}.edit", "problem", granted(f"{POLLS}.allowEdit", False), granted()),
    (f"field.label:{PLAYS}", "advice", field(PLAYS, ("<label>plays", "<label>Views")), provision),
    (f"field.help:{PLAYS}", "advice", field(PLAYS, ("<inlineHelpText>Number", "<inlineHelpText>Sum")), provision),
    (f"field.length:{USER}", "problem", field(USER, ("<length>200", "<length>80")), provision),
    (f"field.length:{ANSWER}", "advice", field(ANSWER, ("<length>255", "<length>100")), provision),
    (f"field.precision:{PLAYS}", "advice", field(PLAYS, ("<precision>18", "<precision>9")), provision),
    (
        f"field.scale:{MIC}",
        "advice",
        field(MIC, ("<scale>2", "<scale>1"), ("<precision>18", "<precision>17")),
        provision,
    ),
    (f"field.unique:{USER}", "problem", field(USER, ("<unique>false", "<unique>true")), provision),
    (f"field.required:{PLAYS}", "problem", field(PLAYS, ("<required>false", "<required>true")), provision),
    (
        f"field.type:{EXTERNAL}",
        "problem",
        anew(
            EXTERNAL,
            ("<type>Text", "<type>Email"),
            ("<length>100</length>", ""),
            ("<caseSensitive>false</caseSensitive>", ""),
        ),
        anew(EXTERNAL),
    ),
    (f"field.required:{EXTERNAL}", "problem", field(EXTERNAL, ("<required>true", "<required>false")), provision),
    (f"field.length:{EXTERNAL}", "problem", field(EXTERNAL, ("<length>100", "<length>40")), provision),
    (f"field.unique:{EXTERNAL}", "problem", field(EXTERNAL, ("<unique>true", "<unique>false")), provision),
    (f"field.case:{EXTERNAL}", "problem", field(EXTERNAL, ("<caseSensitive>false", "<caseSensitive>true")), provision),
    (f"field.external:{EXTERNAL}", "problem", field(EXTERNAL, ("<externalId>true", "<externalId>false")), provision),
    (f"key.missing:{KEY}", "advice", drop(KEY), provision),
    (f"key.length:{KEY}", "advice", field(KEY, ("<length>120", "<length>60")), provision),
    (f"key.unique:{KEY}", "advice", field(KEY, ("<unique>true", "<unique>false")), provision),
    (f"key.case:{KEY}", "advice", field(KEY, ("<caseSensitive>false", "<caseSensitive>true")), provision),
    (f"key.external:{KEY}", "advice", field(KEY, ("<externalId>true", "<externalId>false")), provision),
]


@pytest.fixture
def account() -> Account:
    return Account()


def test_an_account_that_was_set_up_has_nothing_wrong(account: Account) -> None:
    assert account.check() == {}


@pytest.mark.parametrize(
    ("code", "severity", "harm", "mend"), FINDINGS, ids=[f"{code} {severity}" for code, severity, _, _ in FINDINGS]
)
def test_a_finding_comes_with_what_is_broken_and_goes_with_its_mending(
    account: Account, code: str, severity: str, harm: Deed, mend: Deed
) -> None:
    harm(account)
    assert account.check() == {code: severity}

    mend(account)
    assert account.check() == {}


def test_a_user_who_may_only_read_members_lacks_two_permissions(account: Account) -> None:
    account.set(readonly_objects=["CampaignMember"])
    assert account.check() == {
        "permission:CampaignMember.create": "problem",
        "permission:CampaignMember.edit": "problem",
    }

    account.set(readonly_objects=[])
    assert account.check() == {}


def test_the_quota_is_told_by_the_answers_where_the_limits_may_not_be_seen(account: Account) -> None:
    account.set(view_setup=False)
    account.act("use_calls", calls=98_000)
    assert account.check() == {"quota": "problem"}

    account.set(api_requests=10_000_000)
    assert account.check() == {}
