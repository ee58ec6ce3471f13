"""The account: its objects, records, settings and people, with a journal that can take writes back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct, convert

from turnout.clock import Clock
from turnout.simulators.salesforce import ids
from turnout.simulators.salesforce.refusals import not_found
from turnout.simulators.salesforce.schema.access import Access
from turnout.simulators.salesforce.schema.fields import SObject, standard
from turnout.simulators.salesforce.storage import Row, Table
from turnout.simulators.salesforce.times import datetime_text

PERMISSIONS: Final = frozenset({"permissionset", "permissionsetassignment", "objectpermissions", "fieldpermissions"})


class DuplicateRule(Struct, frozen=True, forbid_unknown_fields=True):
    """A duplicate rule: a new or changed record of `object` is compared by e-mail with `matches`."""

    object: str = "Lead"
    matches: tuple[str, ...] = ("Lead", "Contact")
    action: str = "Block"  # or "Allow": saved when the caller says allowSave
    message: str = "Use one of these records?"
    name: str = "Standard_Rule"


class ValidationRule(Struct, frozen=True, forbid_unknown_fields=True):
    """An administrator's rule, or a trigger: a record of `object` whose `field` matches a pattern is refused."""

    object: str
    field: str
    matches: str = ""
    code: str = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    message: str = "This record breaks a rule of the account."


class Settings(Struct, forbid_unknown_fields=True):
    """What differs between orgs, and what the documentation leaves open (marked so)."""

    client_id: str = "turnout-example-client"
    client_secret: str = "turnout-example-secret"
    certificate: str = ""  # PEM, of the app: JWT bearer assertions are checked against it
    callback_urls: list[str] = []  # of the app; none: any is taken
    secret_required: bool = True  # in the web server flow
    pkce_required: bool = False
    rotating_refresh: bool = False  # each refresh gives a new refresh token and ends the old one
    approved: bool = True  # the user consented, or an administrator did
    run_as: bool = True  # the app has a user for client credentials
    session_seconds: float = 7200.0
    api_requests: int = 100_000
    deploy_looks: int = 2  # a deployment is done at this look at its status
    modify_all_data: bool = False  # the running user sees custom objects without a permission set
    view_setup: bool = True
    manage_metadata: bool = True
    hidden_objects: list[str] = []
    hidden_fields: list[str] = []  # "Lead.Industry"
    readonly_fields: list[str] = []
    readonly_objects: list[str] = []
    duplicate_rules: list[DuplicateRule] = []
    validation_rules: list[ValidationRule] = []
    assignment_owner: bool = False  # an active assignment rule gives new leads to somebody else
    second_default: str = "clears"  # open: setting a second default status clears the first, or "refused"
    lookup_to_converted: str = "refused"  # open: a custom lookup to a converted lead, or "allowed"
    unknown_field_in_collection: str = "request"  # open: refuses the whole request, or only its "row"
    name_characters: int = 0  # open: the longest name and label of a custom field (the screen takes 40); 0: any
    misspelt_duplicates: bool = True  # `duplicateResut`, as real answers have it
    bulk_wait_seconds: float = 0.0  # a job waits so long before it starts
    bulk_rows_per_second: float = 20_000.0
    bulk_batch_rows: int = 10_000
    bulk_order_seed: int = 1  # results come in an order of their own
    bulk_locks: bool = False  # jobs that touch one campaign at the same time get UNABLE_TO_LOCK_ROW
    bulk_days: float = 7.0  # jobs that ended are kept so long
    bulk_bytes: int = 112_500_000  # 150 MB once encoded in base64
    bulk_batches: int = 15_000
    bulk_query_jobs: int = 10_000
    bulk_hard_delete: bool = False


class Org:
    """One Salesforce account."""

    def __init__(self, clock: Clock, settings: Mapping[str, Any] | None = None) -> None:
        self.clock = clock
        self.settings = convert(dict(settings or {}), Settings, strict=True)
        self.sobjects = standard()
        self.tables = {key: Table(sobject) for key, sobject in self.sobjects.items()}
        self.now_text = datetime_text(clock.now())
        self.tokens: dict[str, float] = {}
        self.refresh_tokens: dict[str, str] = {}
        self.codes: dict[str, Any] = {}
        self.sessions_made = 0
        self.calls_at: list[float] = []
        self.cursors: dict[str, Any] = {}
        self.deployments: dict[str, Any] = {}
        self.jobs: dict[str, Any] = {}
        self.custom_fields: dict[str, tuple[str, str]] = {}
        self.failing_jobs: list[tuple[int, str]] = []
        self.acting_job = ""
        self._counts: Counter[str] = Counter()
        self._journal: list[tuple[Table, str, Row | None, Row | None]] = []
        self._access: Access | None = None
        self.org_id = self.new_id("00D")
        self.user_id = self.new_id("005")

    # -- names and ids

    def new_id(self, prefix: str) -> str:
        """Return the next id with this prefix."""
        self._counts[prefix] += 1
        return ids.made(prefix, self._counts[prefix])

    def new_prefix(self) -> str:
        """Return the next custom object's prefix: a00, a01, ..."""
        taken = sum(sobject.custom for sobject in self.sobjects.values())
        return f"a{taken:02d}"

    def add_object(self, sobject: SObject) -> None:
        """Add a custom object."""
        self.sobjects[sobject.name.lower()] = sobject
        self.tables[sobject.name.lower()] = Table(sobject)
        self.forget_access()

    def visible(self, name: str) -> SObject:
        """Return an object the running user can see; NOT_FOUND otherwise."""
        sobject = self.sobjects.get(name.lower())
        if sobject is None or not self.access.sees(sobject):
            raise not_found()
        return sobject

    def table(self, name: str) -> Table:
        """Return an object's records."""
        return self.tables[name.lower()]

    def table_of(self, record_id: str) -> Table | None:
        """Return the table that an id's prefix names."""
        for key, sobject in self.sobjects.items():
            if record_id.startswith(sobject.prefix):
                return self.tables[key]
        return None

    # -- who may see what

    @property
    def access(self) -> Access:
        """What the running user may see and write."""
        if self._access is None:
            self._access = Access.of(self)
        return self._access

    def forget_access(self) -> None:
        """Work the user's rights out anew."""
        self._access = None

    # -- records

    def put(self, table: Table, row: Row) -> None:
        """Store a record, remembering what it replaces."""
        record_id = row["Id"]
        self._journal.append((table, record_id, table.rows.get(record_id), table.gone.pop(record_id, None)))
        table.put(row)
        self._touched(table)

    def drop(self, table: Table, record_id: str) -> None:
        """Move a record to the recycle bin."""
        row = table.remove(record_id)
        self._journal.append((table, record_id, row, None))
        table.gone[record_id] = {**row, "IsDeleted": True, "SystemModstamp": self.now_text}
        self._touched(table)

    def mark(self) -> int:
        """Return a place in the journal to go back to."""
        return len(self._journal)

    def back_to(self, mark: int) -> None:
        """Take back all writes since `mark`."""
        while len(self._journal) > mark:
            table, record_id, row, gone = self._journal.pop()
            if record_id in table.rows:
                table.remove(record_id)
            table.gone.pop(record_id, None)
            if row is not None:
                table.put(row)
            if gone is not None:
                table.gone[record_id] = gone
            self._touched(table)

    def begin(self, now: float) -> None:
        """Start a call at `now`: what earlier ones wrote stays."""
        self._journal.clear()
        self.now_text = datetime_text(now)

    def _touched(self, table: Table) -> None:
        if table.sobject.name.lower() in PERMISSIONS:
            self.forget_access()

    def state(self) -> dict[str, Any]:
        """Return all that stands, by object, for tests to look at."""
        shown: Iterable[Table] = (table for table in self.tables.values() if table.rows)
        return {table.sobject.name: list(table.rows.values()) for table in shown}
