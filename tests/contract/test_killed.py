"""kill -9 in the middle of a delivery, again and again: nothing is lost, nothing is doubled."""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from tests.contract.processes import Account, Site, site, until

from turnout.metrics.catalogue import METRICS

UNSURE_SECONDS = 9.0
"""How long a call may still act after its answer was lost, here."""

SLOW_SECONDS = 5.0
"""How long the accounts sit on the call during which the process is killed: they act when the next one runs."""

WRITING = {"salesforce": "/composite", "marketo": r"/leads\.json$|/members|/customobjects/[^/]+\.json$"}
KILLS = 3
TECHNICAL = re.compile(r"^(Id|Name|SystemModstamp|OwnerId|.*Date|.*ById|id|createdAt|updatedAt)$")
ROWS = ("UserSessionEngagement__c", "Kaltura_User_Polls_c__c")
Standing = dict[str, list[Any]]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("undisturbed") / "home") as made:
        assert made.run("sync").returncode == 1  # somebody without an e-mail address is parked, as never before
        yield made


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, list[dict[str, int]]]]:
    """Yield a site whose sync was killed three times and then ran to its end, and the ledger after each kill."""
    with site(tmp_path_factory.mktemp("killed") / "home", unsure=UNSURE_SECONDS) as made:
        ledgers = [kill_in_the_middle(made) for _ in range(KILLS)]
        for account in made.accounts:
            account.arm()
        made.done("sync")
        yield made, ledgers


def kill_in_the_middle(made: Site) -> dict[str, int]:
    """Start a sync, kill it while both accounts sit on a writing call, and return what the ledger then says."""
    known = {account.kind: account.calls()["total"] for account in made.accounts}
    for account in made.accounts:
        slow = {"do": "slow", "path": WRITING[account.kind], "seconds": SLOW_SECONDS}
        account.arm({**slow, "method": "POST"}, {**slow, "method": "PATCH"})
    process = made.started("sync")
    try:
        until(
            "both accounts sit on a writing call",
            lambda: (
                all(struck(account, known[account.kind]) for account in made.accounts) or process.poll() is not None
            ),
        )
        assert process.poll() is None, "the sync ended before it could be killed"
    finally:
        process.kill()
        process.wait()
    return ledger(made)


def struck(account: Account, known: int) -> bool:
    return any(call["fault"] == "slow" and call["writing"] for call in account.calls()["calls"][known:])


def ledger(made: Site) -> dict[str, int]:
    """Return how many ledger rows were accepted, are claimed by a call, and are owed."""
    parts = {
        "accepted": "accepted <> ''",
        "claimed": "claimed <> ''",
        "owed": "wanted <> '' AND accepted <> wanted AND refused <> wanted",
    }
    with sqlite3.connect(f"file:{made.home / 'turnout.db'}?mode=ro", uri=True) as database:
        found = {name: database.execute(f"SELECT count(*) FROM ledger WHERE {what}") for name, what in parts.items()}
        return {name: int(cursor.fetchone()[0]) for name, cursor in found.items()}


def salesforce_standing(account: Account) -> Standing:
    """Return what stands in Salesforce, with e-mails in place of ids and without times."""
    state = account.state()
    names = {row["Id"]: f"<{row['Email']}>" for kind in ("Lead", "Contact") for row in state[kind]}
    for member in state["CampaignMember"]:
        names[member["Id"]] = f"<member {names[member.get('ContactId') or member['LeadId']]}>"
    kinds = ("Lead", "Contact", "CampaignMember", "CampaignMemberStatus", *ROWS)
    return {kind: sorted((plain(row, names) for row in state[kind]), key=repr) for kind in kinds}


def marketo_standing(account: Account) -> Standing:
    """Return what stands in Marketo, with e-mails in place of ids and without times."""
    state = account.state()
    members = state["programs"]["Winter Summit 2026"]["statuses"]
    names = "id,email,firstName,lastName,company,title,phone,country,industry,leadSource,unsubscribed,leadStatus"
    found_people = marketo_rows(account, "leads", filterType="email", filterValues=",".join(members), fields=names)
    people = {str(person["id"]): person["email"] for person in found_people}
    slots = [f"poll_{n}_{part}" for n in range(1, 11) for part in ("type", "answer", "question")]
    columns = {
        "kalturaUserSessionEngagement": [
            "entry_name", "channel_id", "channel_name", "user", *(metric.name for metric in METRICS)
        ],
        "kalturaUserPolls_c": ["user", *slots],
    }  # fmt: skip
    found: Standing = {
        "people": sorted((plain(person, {}) for person in found_people), key=repr),
        "members": sorted(members.items()),
        "all people": [state["people"]],
    }
    for name, fields in columns.items():
        listed = ",".join(["entry_id", "email", "personId", *fields])
        rows = marketo_rows(
            account, f"customobjects/{name}", filterType="personId", filterValues=",".join(people), fields=listed
        )
        rows = [{**row, "personId": people[str(row["personId"])]} for row in rows]
        found[name] = sorted((plain(row, {}) for row in rows), key=repr)
        assert len(rows) == state["objects"][name]["rows"]
    return found


def marketo_rows(account: Account, what: str, **query: str) -> list[dict[str, Any]]:
    """Return what a reading call finds in Marketo."""
    asked = {"grant_type": "client_credentials", **account.credentials}
    token = httpx2.get(f"{account.url}/identity/oauth/token", params=asked).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx2.get(f"{account.url}/rest/v1/{what}.json", params=query, headers=headers).json()
    assert answer["success"], answer
    return list(answer["result"])


def plain(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return a row without ids and times of its own, and with names in place of others' ids."""
    kept = {
        name: value for name, value in row.items() if not TECHNICAL.match(name) and name not in ("seq", "marketoGUID")
    }
    return {name: named(value, names) for name, value in sorted(kept.items())}


def named(value: Any, names: dict[str, str]) -> Any:
    for identity, name in names.items():
        value = value.replace(identity, name) if isinstance(value, str) else value
    return value


def standing(made: Site) -> dict[str, Standing]:
    looks = {"salesforce": salesforce_standing, "marketo": marketo_standing}
    return {account.kind: looks[account.kind](account) for account in made.accounts}


def test_each_kill_came_in_the_middle(killed):
    _, ledgers = killed

    assert all(told["accepted"] > 0 and told["claimed"] > 0 and told["owed"] > 0 for told in ledgers), ledgers
    assert [told["accepted"] for told in ledgers] == sorted({told["accepted"] for told in ledgers})


def test_what_was_read_back_is_as_accepted_and_the_sheet_closes(killed):
    made, _ = killed

    assert made.run("verify").returncode == 0


def test_the_accounts_stand_as_after_an_undisturbed_run(killed, undisturbed):
    made, _ = killed

    assert standing(made) == standing(undisturbed)


def test_no_person_member_or_row_is_doubled(killed):
    told = standing(killed[0])

    emails = [
        row["Email"] for kind in ("Lead", "Contact") for row in told["salesforce"][kind] if not row.get("IsConverted")
    ]
    assert sorted(set(emails)) == sorted(emails)
    for kind, keys in {
        "CampaignMember": ("external_id__c",),
        ROWS[0]: ("turnout_key__c",),
        ROWS[1]: ("turnout_key__c",),
    }.items():
        found = [tuple(row.get(key) for key in keys) for row in told["salesforce"][kind]]
        assert len(set(found)) == len(found), kind
    people = [row["email"] for row in told["marketo"]["people"] if row["email"] != "paula@example.com"]
    assert sorted(set(people)) == sorted(people)
    rows = [
        (row["personId"], row["entry_id"], row["channel_id"]) for row in told["marketo"]["kalturaUserSessionEngagement"]
    ]
    assert len(set(rows)) == len(rows) == 20


def test_a_further_sync_writes_nothing_and_reads_next_to_nothing(killed):
    made, _ = killed
    made.done("sync")
    before = made.books()

    made.done("sync")

    after = made.books()
    assert {kind: book["writes"] for kind, book in after.items()} == {
        kind: book["writes"] for kind, book in before.items()
    }
    reads = {kind: book["reads"] - before[kind]["reads"] for kind, book in after.items()}
    assert reads == {"salesforce": 0, "marketo": 0}


def test_nothing_was_asked_that_the_vendors_do_not_know(killed):
    made, _ = killed

    assert {kind: book["unknown"] for kind, book in made.books().items()} == {"salesforce": 0, "marketo": 0}
