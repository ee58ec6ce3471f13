"""Up to 200 records a call: /composite/sobjects."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce import ids
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal, no_external_id, refuse
from turnout.simulators.salesforce.rest.rows import body_of, options_of, shown
from turnout.simulators.salesforce.saving.save import delete, external_field, insert, matching, update
from turnout.simulators.salesforce.schema.fields import Field, SObject
from turnout.wire import Reply

MAX_ROWS: Final = 200
MAX_CHUNKS: Final = 10
MAX_READ: Final = 2000
ROLLED_BACK: Final = Refusal(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)
Result = dict[str, Any]


def create(org: Org, call: Call) -> Reply:
    """Answer POST /composite/sobjects."""
    options = options_of(call)

    def one(record: dict[str, Any]) -> Result:
        return _fine(insert(org, _type(org, record), record, options=options).id)

    return _each(org, call, one)


def change(org: Org, call: Call) -> Reply:
    """Answer PATCH /composite/sobjects."""
    options = options_of(call)

    def one(record: dict[str, Any]) -> Result:
        sobject = _type(org, record)
        named = _id_in(record)
        if named is None:
            refuse("MISSING_ARGUMENT", "Id not specified in an update call")
        record_id = ids.read(named)
        if record_id is None or org.table_of(record_id) is not org.table(sobject.name):
            refuse("MALFORMED_ID", f"{sobject.label} ID: id value of incorrect type: {named}", ["Id"])
        given = {name: value for name, value in record.items() if name.lower() != "id"}
        return _fine(update(org, sobject, record_id, given=given, options=options).id)

    return _each(org, call, one)


def upsert(org: Org, call: Call) -> Reply:
    """Answer PATCH /composite/sobjects/T/Field: one type only; the field's value stands in each record."""
    sobject = org.visible(call.names["object"])
    field = external_field(org, sobject, call.names["field"])
    options = options_of(call)
    seen: set[str] = set()

    def one(record: dict[str, Any]) -> Result:
        if _type(org, record) is not sobject:
            refuse("INVALID_TYPE", f"All records must be of type {sobject.name}")
        value, given = _split(record, field)
        if value.casefold() in seen:
            refuse("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", [field.name])
        seen.add(value.casefold())
        found = matching(org, sobject, field, value=value)
        if len(found) > 1:
            words = f"{field.name}: more than one record found for external id field: {', '.join(found)}"
            refuse("DUPLICATE_EXTERNAL_ID", words, [field.name])
        if found:
            saved = update(org, sobject, found[0], given=given, options=options)
        else:
            saved = insert(org, sobject, {**given, field.name: value}, options=options)
        return {**_fine(saved.id), "created": saved.created}

    return _each(org, call, one)


def remove(org: Org, call: Call) -> Reply:
    """Answer DELETE /composite/sobjects?ids=a,b&allOrNone=true."""
    options = options_of(call)

    def one(text: str) -> Result:
        record_id = ids.read(text)
        table = org.table_of(record_id) if record_id else None
        if record_id is None or table is None:
            refuse("MALFORMED_ID", f"malformed id {text}")
        delete(org, table.sobject, record_id, options=options)
        return _fine(record_id)

    texts = [text for text in call.query.get("ids", "").split(",") if text]
    all_or_none = call.query.get("allOrNone", "").lower() == "true"
    return json_reply(_results(org, call, texts, one=one, all_or_none=all_or_none))


def read(org: Org, call: Call) -> Reply:
    """Answer GET /composite/sobjects/T?ids=a,b&fields=c,d: null where there is no such record."""
    if not call.query.get("fields"):
        refuse("MISSING_ARGUMENT", "Missing required parameter: fields")
    return _read(org, call, call.query.get("ids", "").split(","))


def read_posted(org: Org, call: Call) -> Reply:
    """Answer POST /composite/sobjects/T: the same, with ids and fields in the body, up to 2,000 records."""
    body = body_of(call)
    ids_, fields = body.get("ids"), body.get("fields")
    if set(body) != {"ids", "fields"} or not isinstance(ids_, list) or not isinstance(fields, list):
        raise Refusal("JSON_PARSER_ERROR", "The body has ids and fields, both lists", None)
    if len(ids_) > MAX_READ:
        refuse("EXCEEDED_MAX_SIZE_REQUEST", f"record limit reached. cannot retrieve more than {MAX_READ} records")
    call.pairs = (*call.pairs, ("fields", ",".join(map(str, fields))))
    return _read(org, call, [str(one) for one in ids_])


def _read(org: Org, call: Call, texts: list[str]) -> Reply:
    sobject = org.visible(call.names["object"])
    rows = org.table(sobject.name).rows
    found = [rows.get(ids.read(text) or "") for text in texts]
    return json_reply([row and shown(org, sobject, row, call=call) for row in found])


def _each(org: Org, call: Call, one: Callable[[dict[str, Any]], Result]) -> Reply:
    body = body_of(call)
    stray = set(body) - {"records", "allOrNone"}
    records = body.get("records")
    if stray or not isinstance(records, list):
        raise Refusal("JSON_PARSER_ERROR", f'Unrecognized field "{min(stray, default="records")}"', None)
    _counted(org, records)
    return json_reply(_results(org, call, records, one=one, all_or_none=body.get("allOrNone") is True))


def _counted(org: Org, records: list[dict[str, Any]]) -> None:
    if len(records) > MAX_ROWS:
        refuse("EXCEEDED_MAX_SIZE_REQUEST", f"record limit reached. cannot submit more than {MAX_ROWS} records")
    types = [_type(org, record).name for record in records]
    chunks = 1 + sum(before != after for before, after in pairwise(types))
    if chunks > MAX_CHUNKS:
        refuse("EXCEEDED_MAX_TYPES_LIMIT", f"The request has more than {MAX_CHUNKS} chunks of different types")


def _results(
    org: Org, call: Call, given: list[Any], *, one: Callable[[Any], Result], all_or_none: bool
) -> list[Result]:
    if len(given) > MAX_ROWS:
        refuse("EXCEEDED_MAX_SIZE_REQUEST", f"record limit reached. cannot submit more than {MAX_ROWS} records")
    call.rows = len(given)
    mark = org.mark()
    results = [_tried(org, one, record, mark=mark) for record in given]
    if all_or_none and not all(result["success"] for result in results):
        org.back_to(mark)
        return [_bad(ROLLED_BACK) if result["success"] else result for result in results]
    return results


def _tried(org: Org, one: Callable[[Any], Result], record: Any, *, mark: int) -> Result:
    try:
        return one(record)
    except Refusal as refusal:
        if refusal.whole and org.settings.unknown_field_in_collection == "request":
            org.back_to(mark)
            raise
        return _bad(refusal)


def _fine(record_id: str) -> Result:
    return {"id": record_id, "success": True, "errors": []}


def _bad(refusal: Refusal) -> Result:
    return {"success": False, "errors": [refusal.row()]}


def _type(org: Org, record: Any) -> SObject:
    attributes = record.get("attributes") if isinstance(record, dict) else None
    if not isinstance(attributes, dict) or "type" not in attributes:
        raise Refusal("INVALID_INPUT", "sobject type not specified in attributes", None, whole=True)
    return org.visible(attributes["type"])


def _id_in(record: dict[str, Any]) -> Any:
    return next((value for name, value in record.items() if name.lower() == "id"), None)


def _split(record: dict[str, Any], field: Field) -> tuple[str, dict[str, Any]]:
    """Return the value of the external-id field, and the record without it (and without an Id)."""
    key = field.name.lower()
    value = next((value for name, value in record.items() if name.lower() == key), None)
    if value in (None, ""):
        words = f"{field.name} not specified"
        raise Refusal("MISSING_ARGUMENT", words, [field.name]) if not field.id_lookup else no_external_id(field.name)
    return str(value), {name: given for name, given in record.items() if name.lower() not in (key, "id")}
