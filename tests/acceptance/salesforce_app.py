"""What several clients of the imitated Salesforce need: an app's key and certificate, and the object they write to."""

import io
import json
import subprocess
import urllib.request
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
KEY = """<fields><fullName>turnout_key__c</fullName><externalId>true</externalId><label>turnout_key</label>
<length>80</length><type>Text</type><unique>true</unique><caseSensitive>false</caseSensitive></fields>"""
PLAYS = """<fields><fullName>plays__c</fullName><label>plays</label><precision>18</precision><scale>0</scale>
<type>Number</type></fields>"""
OBJECT = f"""<?xml version="1.0" encoding="UTF-8"?><CustomObject {NS}><label>Watched</label>
<pluralLabel>Watched</pluralLabel><nameField><label>Name</label><type>Text</type></nameField>
<deploymentStatus>Deployed</deploymentStatus><sharingModel>ReadWrite</sharingModel>{KEY}{PLAYS}</CustomObject>"""
EXTERNAL_ID = f"""<?xml version="1.0" encoding="UTF-8"?><CustomObject {NS}><fields>
<fullName>external_id__c</fullName><caseSensitive>false</caseSensitive><externalId>true</externalId>
<label>external_id</label><length>100</length><required>true</required><type>Text</type><unique>true</unique></fields>
</CustomObject>"""
GRANTS = "".join(
    f"<fieldPermissions><editable>true</editable><field>Watched__c.{name}</field><readable>true</readable>"
    "</fieldPermissions>"
    for name in ("turnout_key__c", "plays__c")
)
RIGHTS = "".join(f"<{name}>true</{name}>" for name in ("allowCreate", "allowDelete", "allowEdit", "allowRead"))
PERMISSIONS = f"""<?xml version="1.0" encoding="UTF-8"?><PermissionSet {NS}>{GRANTS}<label>Turnout</label>
<objectPermissions>{RIGHTS}<modifyAllRecords>false</modifyAllRecords><object>Watched__c</object>
<viewAllRecords>false</viewAllRecords></objectPermissions></PermissionSet>"""
PACKAGE = f"""<Package {NS}><types><members>CampaignMember</members><members>Watched__c</members>
<name>CustomObject</name></types><types><members>Turnout</members><name>PermissionSet</name></types>
<version>66.0</version></Package>"""


NODE = Path(__file__).parent / "node"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def installed() -> Path:
    """Return the folder of the pinned npm packages, Node 22 among them, installed where they are not yet."""
    modules = NODE / "node_modules"
    mark, lock = modules / ".package-lock.json", NODE / "package-lock.json"
    if not mark.exists() or mark.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=NODE, check=True, timeout=300)
    return modules


def project(folder: Path) -> None:
    """Write an SFDX project: the object with its fields, the external id, the permission set."""
    default = folder / "force-app/main/default"
    whole = {"packageDirectories": [{"path": "force-app", "default": True}], "sourceApiVersion": "66.0"}
    external = EXTERNAL_ID.split("<fields>")[1].split("</fields>")[0]
    texts = {
        folder / "sfdx-project.json": json.dumps(whole),
        default / "objects/Watched__c/Watched__c.object-meta.xml": OBJECT.replace(KEY, "").replace(PLAYS, ""),
        default / "objects/Watched__c/fields/turnout_key__c.field-meta.xml": alone(KEY),
        default / "objects/Watched__c/fields/plays__c.field-meta.xml": alone(PLAYS),
        default / "objects/CampaignMember/fields/external_id__c.field-meta.xml": alone(external),
        default / "permissionsets/Turnout.permissionset-meta.xml": PERMISSIONS,
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def alone(field: str) -> str:
    """Return a field as it stands in a file of its own."""
    inner = field.removeprefix("<fields>").removesuffix("</fields>")
    return f"{HEAD}<CustomField {NS}>{inner}</CustomField>"


def signer(folder: Path) -> tuple[str, str]:
    """Return an app's private key and certificate as PEM; the key also stands in `folder`/app.key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Turnout")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    held = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    (folder / "app.key").write_text(held)
    return held, certificate.public_bytes(serialization.Encoding.PEM).decode()


def provisioned(url: str, token: str) -> None:
    """Deploy the object, the external id and the permission set, and assign that."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("package.xml", PACKAGE)
        opened.writestr("objects/Watched__c.object", OBJECT)
        opened.writestr("objects/CampaignMember.object", EXTERNAL_ID)
        opened.writestr("permissionsets/Turnout.permissionset", PERMISSIONS)
    base, headers = f"{url}/services/data/v66.0", {"Authorization": f"Bearer {token}"}
    parts: dict[str, Any] = {
        "json": (None, json.dumps({"deployOptions": {"singlePackage": True}}), "application/json"),
        "file": ("deploy.zip", archive.getvalue(), "application/zip"),
    }
    sent = requests.post(f"{base}/metadata/deployRequest", files=parts, headers=headers, timeout=10).json()
    for _ in range(5):
        told = requests.get(f"{base}/metadata/deployRequest/{sent['id']}", headers=headers, timeout=10).json()
    assert told["deployResult"]["status"] == "Succeeded"
    found = {
        name: requests.get(f"{base}/query", {"q": query}, headers=headers, timeout=10).json()["records"][0]["Id"]
        for name, query in (
            ("AssigneeId", "SELECT Id FROM User WHERE Username = 'integration@example.com'"),
            ("PermissionSetId", "SELECT Id FROM PermissionSet WHERE Name = 'Turnout'"),
        )
    }
    requests.post(
        f"{base}/sobjects/PermissionSetAssignment", json=found, headers=headers, timeout=10
    ).raise_for_status()


def unknown_calls(url: str) -> list[str]:
    """Return what was asked of a simulator that it does not imitate."""
    with urllib.request.urlopen(f"{url}/_sim/calls", timeout=10) as answer:
        calls = json.load(answer)["calls"]
    return [f"{call['method']} {call['path']}: {call['unknown']}" for call in calls if call["unknown"]]
