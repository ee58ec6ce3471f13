"""What of Marketo is imitated, where it is documented, and what is left out; and what stands in the account."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from turnout.simulators.kit.fidelity import Behaviour, table
from turnout.simulators.marketo.account.account import Account

AUTH: Final = "Adobe, Authentication"
ERRORS: Final = "Adobe, Error codes"
LEADS: Final = "Adobe, Leads"
MEMBERS: Final = "Adobe, Program members"
OBJECTS: Final = "Adobe, Custom objects"
ASSETS: Final = "Adobe, Programs, Channels, Folders"
ACTIVITIES: Final = "Adobe, Activities"
LISTS: Final = "Adobe, Lists"
CAMPAIGNS: Final = "Adobe, Smart campaigns"
IMPORT: Final = "Adobe, Bulk import"
EXTRACT: Final = "Adobe, Bulk extract"
SEEN: Final = "recorded by integrators"
NOWHERE: Final = "not documented"

BEHAVIOURS: Final[Sequence[Behaviour]] = (
    Behaviour(
        "Identity by GET and POST; the same token with what is left of it",
        AUTH,
        "yes",
        "Lifetime 3,600 s (setting); parameters in the query or a form.",
    ),
    Behaviour(
        "Wrong credentials are HTTP 401 with an OAuth body",
        AUTH,
        "partly",
        "The status is documented, the words are those of client libraries' tests.",
    ),
    Behaviour(
        "Expired token 602, then 601; unknown token 601",
        ERRORS,
        "yes",
        "602 on the first use after expiry, 601 from then on.",
    ),
    Behaviour("No token", SEEN, "yes", "603; the older 600 is a setting."),
    Behaviour("Token as a parameter", AUTH, "yes", "Refused; a setting brings the old behaviour back."),
    Behaviour(
        "Permissions of the API user",
        ERRORS,
        "yes",
        "603 for each call; Read-Write implies Read-Only; the list is in the seed.",
    ),
    Behaviour("IP allow-list", ERRORS, "no", "603 for a foreign address does not occur."),
    Behaviour(
        "100 calls in any 20 seconds", ERRORS, "yes", "606; a refused call takes no place in the window (not verified)."
    ),
    Behaviour(
        "10 calls at once", ERRORS, "yes", "615, by calls truly in flight, or by a time that each call takes (setting)."
    ),
    Behaviour("Daily quota until midnight Central time", ERRORS, "yes", "607; the zone is America/Chicago."),
    Behaviour(
        "Calls that do not count (601, 602, 604, 605, 608, 611)",
        ERRORS,
        "yes",
        "By Adobe's stars; the reading of the star is ours.",
    ),
    Behaviour(
        "1 MB of body, 8 KB of address", ERRORS, "yes", "413 and 414 without a body; 65 KB of address for assets."
    ),
    Behaviour(
        "A long GET posted with _method=GET", ERRORS, "yes", "In the query or in a form; the asset API takes none."
    ),
    Behaviour(
        "Envelopes of lead database and assets",
        "Adobe's swagger, corrected",
        "yes",
        "Every reply of the unit tests is held against it.",
    ),
    Behaviour(
        "Unknown path, method, parameter, member of a body",
        ERRORS,
        "yes",
        "610, 605, 1003; stricter than Marketo may be.",
    ),
    Behaviour("Usage and error statistics", "Adobe, Usage", "yes", "From true counts, by day of Central time."),
    Behaviour("Server time-outs (604) and slowness", ERRORS, "partly", "Only as faults set at the control door."),
    Behaviour(
        "Describe Lead and Lead2", LEADS, "partly", "Some fifty standard fields, and the custom ones of the seed."
    ),
    Behaviour(
        "Sync Leads: four actions, lookup field, results by order",
        LEADS,
        "yes",
        "300 records; 1002, 1003, 1004, 1005, 1006, 1007 for each record.",
    ),
    Behaviour(
        "Unknown data field in Sync Leads", NOWHERE, "yes", "1006 for the record; for the whole call by a setting."
    ),
    Behaviour("Over-long value", NOWHERE, "yes", "1077; 1003 or a silent cut by a setting."),
    Behaviour(
        "Company fields through Sync Leads",
        LEADS,
        "partly",
        "Set on creation, 1021 on change; never or always by a setting.",
    ),
    Behaviour("ASCII addresses only", LEADS, "yes", "1003."),
    Behaviour(
        "Duplicates by address, and the race that makes them",
        LEADS,
        "yes",
        "The window of the race is a setting, 0 by default.",
    ),
    Behaviour(
        "Addresses and filters compare without case", NOWHERE, "yes", "Dedupe fields of custom objects compare exactly."
    ),
    Behaviour(
        "Lead partitions",
        LEADS,
        "yes",
        "Named by a setting; 1008 for one that is not there, 1010 for a person in another; moved by Update Partition.",
    ),
    Behaviour("asyncProcessing", LEADS, "partly", "Taken, and done at once."),
    Behaviour(
        "Finding people by filter, in pages", LEADS, "yes", "300 values, 300 rows a page, 1,000 matches at most."
    ),
    Behaviour(
        "Deleting people, and Get Deleted Leads", LEADS, "yes", "Rows that link to the person stay (not verified)."
    ),
    Behaviour(
        "Merging people", LEADS, "partly", "The winner takes what it lacks; 25 at once; mergeInCRM has no effect."
    ),
    Behaviour("Push Lead", LEADS, "partly", "Upserts, logs source and reason, places a member; mktToken is not known."),
    Behaviour("Associate Lead", LEADS, "partly", "The cookie is kept; nobody is anonymous here."),
    Behaviour(
        "Fields of people and of members by API",
        LEADS,
        "yes",
        "Made and reworded; 100 of people, 20 of members (1028).",
    ),
    Behaviour(
        "Static lists and who is in them",
        LISTS,
        "yes",
        "300 ids a call, 1004, 1015; the most a list holds is a setting.",
    ),
    Behaviour("Smart lists", LISTS, "partly", "One rule, a field with a value, from the seed; cloned and deleted."),
    Behaviour(
        "Smart campaigns",
        CAMPAIGNS,
        "partly",
        "Made, cloned, switched; requested for 100 people, scheduled, cloned with their program 20 times a day; "
        "no flow step runs.",
    ),
    Behaviour("Lists, programs, campaigns of a person", LEADS, "yes", "With the times of joining."),
    Behaviour("Tags and costs of programs, tokens", ASSETS, "yes", "Kinds of tags from the seed; tokens are kept."),
    Behaviour("E-mails, landing pages, forms, snippets, files, segments", "Adobe", "no", "610."),
    Behaviour("Opportunities, companies, sales persons, named accounts", "Adobe", "no", "610."),
    Behaviour(
        "Sync Program Member Status: forward or sideways", MEMBERS, "yes", "1037 for a lower step or the same status."
    ),
    Behaviour("A status that the channel lacks", ERRORS, "yes", "1025 for the call; for each record by a setting."),
    Behaviour(
        "Program member data, describe, find, delete",
        MEMBERS,
        "yes",
        "statusReason is updateable by default (setting).",
    ),
    Behaviour("Success after leaving a success status", NOWHERE, "yes", "Stays reached; a setting says otherwise."),
    Behaviour("Acquisition program", NOWHERE, "no", "A status call never acquires."),
    Behaviour(
        "Older program calls under /leads/programs",
        LEADS,
        "yes",
        "People with their membership; a change of status for members only.",
    ),
    Behaviour(
        "Custom objects: list, describe, sync, find, delete",
        OBJECTS,
        "yes",
        "Compound keys, links (1004), 1036 for a key twice in a call.",
    ),
    Behaviour("Text fields of 30,000 bytes", OBJECTS, "yes", "The limit is a setting."),
    Behaviour(
        "Custom object types: draft, fields, approval, discard",
        OBJECTS,
        "yes",
        "1 to 3 keys, 50 fields, 20 after approval, 10 types; the codes are ours.",
    ),
    Behaviour("Types without a link (edge objects)", OBJECTS, "yes", "Not approved; a setting allows them."),
    Behaviour(
        "Updating a field, dependent assets of a type",
        OBJECTS,
        "yes",
        "After approval only words change; dependent are the types that link to it.",
    ),
    Behaviour(
        "Channels and their steps", ASSETS, "yes", "Read only, as Marketo's; people change them at the control door."
    ),
    Behaviour("Programs: find, create, clone, update", ASSETS, "yes", "Folders as JSON; tags are checked."),
    Behaviour(
        "Deleting and approving programs",
        ASSETS,
        "yes",
        "709 where assets lie in it; e-mail programs alone are approved.",
    ),
    Behaviour("Folders: find, make, change, delete, contents", ASSETS, "partly", "Of Marketing Activities alone."),
    Behaviour(
        "Custom activity types: draft, attributes, approval",
        ACTIVITIES,
        "yes",
        "10 types, 20 attributes beside the primary one.",
    ),
    Behaviour("Add Custom Activities, write-once", ACTIVITIES, "yes", "No deduplication; failures in `errors`."),
    Behaviour(
        "Get Lead Activities by paging token",
        ACTIVITIES,
        "partly",
        "By the time of logging; of the standard ones those of people, lists, programs, pushes, merges, campaigns.",
    ),
    Behaviour("Lead changes", ACTIVITIES, "yes", "One activity for each field that changed, and New Lead."),
    Behaviour("A page of activities may be empty before the end", ACTIVITIES, "yes", "How soon is a setting."),
    Behaviour("Activities kept for 25 months", ACTIVITIES, "yes", "Older ones are not shown any more."),
    Behaviour(
        "Bulk import of people, custom objects, members",
        IMPORT,
        "yes",
        "Form or query parameters, csv, tsv, ssv; 10 MB; counters, failures, warnings, 404 without such a file.",
    ),
    Behaviour(
        "Queue of imports: 2 run, 10 in all, valid for 7 days",
        IMPORT,
        "yes",
        "1016; a job takes 2 s and 1 s for 2,000 rows (settings), in the simulator's own time.",
    ),
    Behaviour("404 without a failures file of people or members", NOWHERE, "yes", "Documented for custom objects."),
    Behaviour("A column that is no field", NOWHERE, "yes", "Left out, as the sample with a space in the header hints."),
    Behaviour("An empty cell", NOWHERE, "yes", "Empties the field; a setting keeps what stands."),
    Behaviour(
        "Import of a member who is further already",
        NOWHERE,
        "yes",
        "The status stays, the row gets a warning; a setting makes it a failure.",
    ),
    Behaviour(
        "Bulk extract of people, activities, members, custom objects",
        EXTRACT,
        "yes",
        "Create, enqueue, status, file with Range, cancel, list; null for what is empty; the user's own jobs only.",
    ),
    Behaviour(
        "Limits of extracts: one queue of 10, 500 MB a day, 31 days, 10 programs",
        EXTRACT,
        "yes",
        "1029 by its three texts; 1035 where a subscription lacks a filter (setting).",
    ),
    Behaviour("Status of an extract refreshed once a minute", EXTRACT, "no", "It is told as it stands."),
    Behaviour("The semicolon of SSV", EXTRACT, "yes", "One page of Adobe's says space, three say semicolon."),
    Behaviour("Data Ingestion API, user management", "Adobe", "no", "Not imitated."),
)


def standing(account: Account) -> Mapping[str, Any]:
    """Return what stands in the account, as JSON."""
    programs = {
        program.name: {
            "id": program.id,
            "channel": program.channel.name,
            "members": dict(Counter(member.status.name for member in program.members.values())),
            "statuses": {_email(account, each.lead_id): each.status.name for each in program.members.values()},
        }
        for program in account.programs.by_id.values()
    }
    return {
        "people": len(account.people.by_id),
        "programs": programs,
        "objects": {name: {"state": kind.state(), "rows": len(kind.rows)} for name, kind in account.objects.items()},
        "activities": len(account.activities.log),
        "permissions": sorted(account.permissions),
    }


def _email(account: Account, lead_id: int) -> str:
    return str(account.people.by_id[lead_id].values.get("email") or lead_id)


def fidelity() -> str:
    """Return the reference page docs/reference/fidelity-marketo.md."""
    return table("Fidelity of the Marketo simulator", BEHAVIOURS)
