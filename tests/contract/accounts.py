"""The two accounts of the example as another program sees them: through the vendors' public calls, and the door."""

from typing import Any
from urllib.parse import urlencode

import httpx2

from turnout.apps.simulate import CREDENTIALS
from turnout.metrics.catalogue import METRICS

PROGRAM = "Winter Summit 2026"
HIDDEN = frozenset(
    [
        "attributes",
        "IsDeleted",
        "CreatedDate",
        "CreatedById",
        "LastModifiedById",
        "LastModifiedDate",
        "SystemModstamp",
        "OwnerId",
        "Name",
    ]
)
Row = dict[str, Any]


class Door:
    """A simulator's control door."""

    def __init__(self, url: str) -> None:
        self.url = url

    def state(self) -> Any:
        return httpx2.get(f"{self.url}/_sim/state").json()

    def calls(self) -> Any:
        return httpx2.get(f"{self.url}/_sim/calls").json()

    def act(self, do: str, **what: Any) -> Any:
        answer = httpx2.post(f"{self.url}/_sim/act", json={"do": do, **what})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def faults(self, *faults: Row) -> None:
        assert httpx2.post(f"{self.url}/_sim/faults", json=list(faults)).status_code == 200


class SalesforceAccount(Door):
    """What stands in the Salesforce account, found by e-mail."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        client_id, client_secret = CREDENTIALS["salesforce"]
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        token = httpx2.post(f"{url}/services/oauth2/token", data=form).json()["access_token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    def query(self, soql: str) -> list[Row]:
        """Return the rows of a query, without what every row has."""
        address = f"{self.url}/services/data/v66.0/query?{urlencode({'q': soql})}"
        answer = httpx2.get(address, headers=self._headers).json()
        assert isinstance(answer, dict), answer
        assert answer["done"]
        return [{name: value for name, value in row.items() if name not in HIDDEN} for row in answer["records"]]

    def leads(self, email: str) -> list[Row]:
        columns = "Id, FirstName, LastName, Company, Title, Email, IsConverted, ConvertedContactId"
        return self.query(f"SELECT {columns} FROM Lead WHERE Email = '{email}'")

    def contacts(self, email: str) -> list[Row]:
        return self.query(f"SELECT Id, FirstName, LastName, Email FROM Contact WHERE Email = '{email}'")

    def members(self, email: str) -> list[Row]:
        columns = "Id, LeadId, ContactId, Status, HasResponded, external_id__c, CampaignId"
        ids = [row["Id"] for row in (*self.leads(email), *self.contacts(email))]
        listed = ", ".join(f"'{one}'" for one in ids) or "''"
        return self.query(
            f"SELECT {columns} FROM CampaignMember WHERE ContactId IN ({listed}) OR LeadId IN ({listed}) ORDER BY Id"
        )

    def member(self, email: str) -> Row:
        (found,) = self.members(email)
        return found

    def engagement(self, email: str) -> list[Row]:
        """Return the engagement rows of one address, by the catalogue's names, by session and channel."""
        metrics = ", ".join(f"{metric.name}__c" for metric in METRICS)
        rows = self.query(
            "SELECT Id, campaign_member__c, Lead__c, entry_id__c, entry_name__c, email__c, user__c, channel_id__c,"
            f" channel_name__c, turnout_key__c, {metrics} FROM UserSessionEngagement__c"
            f" WHERE email__c = '{email}' ORDER BY entry_id__c, channel_id__c"
        )
        return [plain(row) for row in rows]

    def polls(self, email: str) -> list[Row]:
        slots = ", ".join(f"poll_{n}_{part}__c" for n in range(1, 11) for part in ("type", "answer", "question"))
        rows = self.query(
            "SELECT Id, campaign_member__c, Lead__c, entry_id__c, entry_name__c, email__c, turnout_key__c,"
            f" {slots} FROM Kaltura_User_Polls_c__c WHERE email__c = '{email}' ORDER BY entry_id__c"
        )
        return [plain(row) for row in rows]


def plain(row: Row) -> Row:
    """Return a row with the catalogue's names in place of the account's."""
    return {name.removesuffix("__c"): value for name, value in row.items()}


class MarketoAccount(Door):
    """What stands in the Marketo account, found by e-mail."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        client_id, client_secret = CREDENTIALS["marketo"]
        asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        token = httpx2.get(f"{url}/identity/oauth/token", params=asked).json()["access_token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: str) -> list[Row]:
        """Return the result of a reading call; where the account has had enough for now, its clock moves on."""
        answer = httpx2.get(f"{self.url}/rest/{path}", params=query, headers=self._headers).json()
        if [error["code"] for error in answer.get("errors", ())] == ["606"]:
            httpx2.post(f"{self.url}/_sim/clock", json={"advance_seconds": 20})
            return self.get(path, **query)
        assert answer["success"], answer
        return list(answer.get("result", []))

    def people(self, email: str) -> list[Row]:
        fields = "id,email,firstName,lastName,company,title,updatedAt,unsubscribed"
        return self.get("v1/leads.json", filterType="email", filterValues=email, fields=fields)

    def program(self) -> str:
        (found,) = self.get("asset/v1/program/byName.json", name=PROGRAM)
        return str(found["id"])

    def members(self, email: str) -> list[Row]:
        ids = ",".join(str(person["id"]) for person in self.people(email))
        asked = {"filterType": "leadId", "filterValues": ids, "fields": "leadId,statusName,reachedSuccess"}
        return self.get(f"v1/programs/{self.program()}/members.json", **asked)

    def status(self, email: str) -> str:
        (found,) = self.members(email)
        return str(found["statusName"])

    def engagement(self, email: str) -> list[Row]:
        columns = ["entry_id", "entry_name", "personId", "email", "user", "channel_id", "channel_name"]
        rows = self._rows("kalturaUserSessionEngagement", email, [*columns, *(metric.name for metric in METRICS)])
        return sorted(rows, key=lambda row: (row["entry_id"], row["channel_id"]))

    def polls(self, email: str) -> list[Row]:
        slots = [f"poll_{n}_{part}" for n in range(1, 11) for part in ("type", "answer", "question")]
        rows = self._rows("kalturaUserPolls_c", email, ["entry_id", "personId", "email", "user", *slots])
        return sorted(rows, key=lambda row: str(row["entry_id"]))

    def _rows(self, name: str, email: str, fields: list[str]) -> list[Row]:
        ids = ",".join(str(person["id"]) for person in self.people(email))
        asked = {"filterType": "personId", "filterValues": ids, "fields": ",".join(fields)}
        return self.get(f"v1/customobjects/{name}.json", **asked)
