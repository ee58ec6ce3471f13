"""What objects and fields look like: /sobjects, /sobjects/T, /sobjects/T/describe."""

from hashlib import sha256
from typing import Any, Final

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.saving.rules import CASCADE
from turnout.simulators.salesforce.schema.children import child_name, children
from turnout.simulators.salesforce.schema.fields import Field, SObject
from turnout.wire import Reply

_SOAP: Final = {"id": "tns:ID", "reference": "tns:ID", "datetime": "xsd:dateTime", "currency": "xsd:double"} | {
    kind: f"xsd:{kind}" for kind in ("boolean", "date", "int", "double")
}
_FIELD: Final[dict[str, Any]] = {
    "aggregatable": True,
    "aiPredictionField": False,
    "calculated": False,
    "calculatedFormula": None,
    "cascadeDelete": False,
    "compoundFieldName": None,
    "controllerName": None,
    "defaultValueFormula": None,
    "dependentPicklist": False,
    "deprecatedAndHidden": False,
    "digits": 0,
    "displayLocationInDecimal": False,
    "encrypted": False,
    "extraTypeInfo": None,
    "filterable": True,
    "filteredLookupInfo": None,
    "formulaTreatNullNumberAsZero": False,
    "groupable": True,
    "highScaleNumber": False,
    "htmlFormatted": False,
    "mask": None,
    "maskType": None,
    "queryByDistance": False,
    "referenceTargetField": None,
    "relationshipOrder": None,
    "restrictedDelete": False,
    "searchPrefilterable": False,
    "sortable": True,
    "writeRequiresMasterRead": False,
}
_OBJECT: Final[dict[str, Any]] = {
    "activateable": False,
    "associateEntityType": None,
    "associateParentEntity": None,
    "customSetting": False,
    "deepCloneable": False,
    "deprecatedAndHidden": False,
    "feedEnabled": False,
    "hasSubtypes": False,
    "isInterface": False,
    "isSubtype": False,
    "layoutable": True,
    "mergeable": False,
    "mruEnabled": False,
    "replicateable": True,
    "retrieveable": True,
    "searchable": True,
    "triggerable": True,
}


def listed(org: Org, call: Call) -> Reply:
    """Answer GET /sobjects: every object the user can see."""
    seen = [sobject for sobject in org.sobjects.values() if org.access.sees(sobject)]
    shown = [_object(org, sobject, call.names["v"]) for sobject in seen]
    return json_reply({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": shown})


def basics(org: Org, call: Call) -> Reply:
    """Answer GET /sobjects/T."""
    sobject = org.visible(call.names["object"])
    return json_reply({"objectDescribe": _object(org, sobject, call.names["v"]), "recentItems": []})


def describe(org: Org, call: Call) -> Reply:
    """Answer GET /sobjects/T/describe: fields that the user cannot see are not there."""
    sobject = org.visible(call.names["object"])
    fields = [_field(org, sobject, field) for field in org.access.visible(sobject).values()]
    more = {
        "actionOverrides": [],
        "childRelationships": _children(org, sobject),
        "compactLayoutable": True,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [],
        "searchLayoutable": True,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [],
    }
    return _unless_known(call, json_reply({**_object(org, sobject, call.names["v"]), **more, "fields": fields}))


def _unless_known(call: Call, reply: Reply) -> Reply:
    """Return an answer with its ETag, or 304 where the caller names that ETag (REST guide: Conditional Requests)."""
    mark = f'"{sha256(reply.body).hexdigest()[:16]}"'
    known = [each.strip().removeprefix("W/") for each in call.headers.get("if-none-match", "").split(",")]
    if mark in [each.removesuffix('-gzip"').rstrip('"') + '"' for each in known if each] or known == ["*"]:
        return Reply(304, {"etag": mark})
    return Reply(reply.status, {**reply.headers, "etag": mark}, reply.body)


def _object(org: Org, sobject: SObject, version: str) -> dict[str, Any]:
    url = f"/services/data/{version}/sobjects/{sobject.name}"
    return {
        **_OBJECT,
        "name": sobject.name,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "keyPrefix": sobject.prefix,
        "custom": sobject.custom,
        "createable": org.access.creates(sobject),
        "updateable": org.access.edits(sobject),
        "deletable": org.access.deletes(sobject),
        "undeletable": sobject.undeletable,
        "queryable": True,
        "urls": {"sobject": url, "describe": f"{url}/describe", "rowTemplate": f"{url}/{{ID}}"},
    }


def _children(org: Org, sobject: SObject) -> list[dict[str, Any]]:
    return [
        {
            "cascadeDelete": (child.name, field.name) in CASCADE.get(sobject.name, ()),
            "childSObject": child.name,
            "deprecatedAndHidden": False,
            "field": field.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": child_name(child, field),
            "restrictedDelete": False,
        }
        for child, field in children(org, sobject)
    ]


def _field(org: Org, sobject: SObject, field: Field) -> dict[str, Any]:
    writable = org.access.writable(sobject, field)
    texts = field.type in {"string", "textarea", "phone", "url", "email", "picklist"}
    return {
        **_FIELD,
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "soapType": _SOAP.get(field.type, "xsd:string"),
        "length": field.length,
        "byteLength": field.length * 3 if texts else field.length,
        "precision": 0 if field.type == "int" else field.precision,
        "digits": field.precision if field.type == "int" else 0,
        "scale": field.scale,
        "nillable": field.nillable,
        "createable": field.createable and writable,
        "updateable": field.updateable and writable,
        "permissionable": field.permissionable,
        "custom": field.custom,
        "externalId": field.external_id,
        "unique": field.unique,
        "caseSensitive": field.case_sensitive,
        "idLookup": field.id_lookup or field.external_id,
        "autoNumber": field.auto_number,
        "defaultedOnCreate": field.defaulted,
        "defaultValue": field.default,
        "nameField": field.name_field,
        "namePointing": len(field.reference_to) > 1,
        "polymorphicForeignKey": len(field.reference_to) > 1,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship,
        "restrictedPicklist": field.restricted,
        "inlineHelpText": field.help,
        "picklistValues": [
            {"active": True, "defaultValue": value == field.default, "label": value, "validFor": None, "value": value}
            for value in field.values
        ],
    }
