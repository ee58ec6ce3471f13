"""Who is behind a session: /services/oauth2/userinfo, /id/{org}/{user}, and what the sign-in offers."""

from typing import Any

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.identity.sessions import signed_in
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import not_found
from turnout.wire import Reply


def userinfo(org: Org, call: Call) -> Reply:
    """Answer GET /services/oauth2/userinfo."""
    user = org.table("User").rows[org.user_id]
    return json_reply(
        {
            "sub": f"{call.origin}/id/{org.org_id}/{org.user_id}",
            "preferred_username": user["Username"],
            "name": f"{user['FirstName']} {user['LastName']}",
            "email_verified": True,
            "given_name": user["FirstName"],
            "family_name": user["LastName"],
            "zoneinfo": user["TimeZoneSidKey"],
            "nickname": user["Alias"],
            **_shared(org, call),
        }
    )


def identity(org: Org, call: Call) -> Reply:
    """Answer GET /id/{org}/{user}; the session may stand in the query, as older clients put it."""
    if held := call.query.get("oauth_token"):
        call.headers = {**call.headers, "authorization": f"Bearer {held}"}
    signed_in(org, call)
    if (call.names["org"][:15], call.names["user"][:15]) != (org.org_id[:15], org.user_id[:15]):
        raise not_found()
    user = org.table("User").rows[org.user_id]
    return json_reply(
        {
            "id": f"{call.origin}/id/{org.org_id}/{org.user_id}",
            "asserted_user": True,
            "username": user["Username"],
            "nick_name": user["Alias"],
            "display_name": f"{user['FirstName']} {user['LastName']}",
            "first_name": user["FirstName"],
            "last_name": user["LastName"],
            "timezone": user["TimeZoneSidKey"],
            "is_app_installed": True,
            **_shared(org, call),
        }
    )


def _shared(org: Org, call: Call) -> dict[str, Any]:
    user = org.table("User").rows[org.user_id]
    soap = f"{call.origin}/services/Soap"
    rest = f"{call.origin}/services/data/v{{version}}"
    urls = {
        "enterprise": f"{soap}/c/{{version}}/{org.org_id[:15]}",
        "metadata": f"{soap}/m/{{version}}/{org.org_id[:15]}",
        "partner": f"{soap}/u/{{version}}/{org.org_id[:15]}",
        "rest": f"{rest}/",
        "sobjects": f"{rest}/sobjects/",
        "query": f"{rest}/query/",
        "profile": f"{call.origin}/{org.user_id}",
        "custom_domain": call.origin,
    }
    return {
        "user_id": org.user_id,
        "organization_id": org.org_id,
        "email": user["Email"],
        "user_type": "STANDARD",
        "language": user["LanguageLocaleKey"],
        "locale": user["LocaleSidKey"],
        "utcOffset": -28_800_000,
        "active": user["IsActive"],
        "urls": urls,
    }


def discovery(_org: Org, call: Call) -> Reply:
    """Answer GET /.well-known/openid-configuration."""
    base = f"{call.origin}/services/oauth2"
    return json_reply(
        {
            "issuer": call.origin,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "revocation_endpoint": f"{base}/revoke",
            "userinfo_endpoint": f"{base}/userinfo",
            "introspection_endpoint": f"{base}/introspect",
            "scopes_supported": ["api", "refresh_token", "offline_access"],
            "response_types_supported": ["code"],
            "grant_types_supported": [
                "authorization_code",
                "client_credentials",
                "refresh_token",
                "urn:ietf:params:oauth:grant-type:jwt-bearer",
            ],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "subject_types_supported": ["public"],
        }
    )
