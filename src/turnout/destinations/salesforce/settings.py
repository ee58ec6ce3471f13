"""The settings of a Salesforce connection, each with the words of Salesforce's own screens."""

from typing import Final

from turnout.destinations.kit import POLICIES, Setting
from turnout.errors import SettingsError
from turnout.values.bindings import Config

CLIENT_CREDENTIALS: Final = "client_credentials"
JWT: Final = "jwt"
WEB: Final = "web"
PREFERRED_VERSION: Final = "66.0"
NOT_PROVIDED: Final = "[not provided]"

SETTINGS: Final = (
    Setting("url", "The My Domain address, as Setup > My Domain shows it: https://yourcompany.my.salesforce.com"),
    Setting("client_id", "Consumer Key: External Client App Manager > your app > Settings > OAuth Settings"),
    Setting(
        "sign_in",
        "How to sign in: client_credentials (the app's Run As user), jwt (a certificate), "
        "web (a person consents once: `turnout authorize`)",
        default=CLIENT_CREDENTIALS,
        choices=(CLIENT_CREDENTIALS, JWT, WEB),
    ),
    Setting(
        "client_secret",
        "Consumer Secret, shown beside the Consumer Key (jwt needs none)",
        secret=True,
        default="",
    ),
    Setting("username", "jwt: the user to sign in as, whom the app is pre-authorised for", default=""),
    Setting(
        "private_key",
        "jwt: the private key (PEM) of the certificate that the app has, RSA of 2048 bits or more",
        secret=True,
        default="",
    ),
    Setting(
        "audience",
        "jwt: whom the assertion is for (empty: https://login.salesforce.com, or https://test.salesforce.com "
        "where the address is a sandbox's)",
        default="",
    ),
    Setting("redirect_uri", "web: the app's Callback URL", default="http://localhost:1717/OauthRedirect"),
    Setting("scope", "web: what to ask for", default="api refresh_token"),
    Setting("code_verifier", "web: kept by Turnout while a person consents", secret=True, default="", kept=True),
    Setting("authorization_code", "web: kept by Turnout until it is used", secret=True, default="", kept=True),
    Setting("refresh_token", "web: kept by Turnout, and replaced at each sign-in", secret=True, default="", kept=True),
    Setting("api_version", "REST API version to prefer, where the org offers it", default=PREFERRED_VERSION),
    Setting("last_name_default", "Last Name of a new Lead whose registration names none", default=NOT_PROVIDED),
    Setting("company_default", "Company of a new Lead whose registration names none", default=NOT_PROVIDED),
    Setting(
        "overwrite_fields",
        "Fields that Turnout overwrites on people whom the account has already, of "
        "first_name, last_name, company, title, phone, country, industry (empty: none)",
        default="",
    ),
    Setting("fill_fields", "Of the same fields, those that Turnout fills where they are blank", default=""),
    Setting("lead_source", "Lead Source of a new Lead (empty: none)", default=""),
    Setting(
        "external_id_required",
        "Whether external_id on Campaign Member is a required field, as the set-up document asks; "
        "required stops people and other products from adding members",
        default="yes",
        choices=("yes", "no"),
    ),
    Setting(
        "engagement_object",
        "API Name of the engagement object, as Setup > Object Manager shows it (empty: found by itself)",
        default="",
    ),
    Setting(
        "polls_object",
        "API Name of the polls object, as Setup > Object Manager shows it (empty: found by itself)",
        default="",
    ),
    Setting("key_field", "API Name of Turnout's own key field on both objects", default="turnout_key__c"),
    *POLICIES,
)

DEFAULTS: Final = {setting.name: setting.default for setting in SETTINGS if setting.default}


WRITABLE: Final = frozenset({"first_name", "last_name", "company", "title", "phone", "country", "industry"})
"""What may be written on people who are there already: never the address, nor what belongs to people."""


def listed(config: Config, name: str) -> frozenset[str]:
    """Return a setting that lists fields of people; SettingsError names one that cannot be written."""
    names = frozenset(part.strip().lower() for part in setting(config, name).split(",")) - {""}
    if wrong := sorted(names - WRITABLE):
        raise SettingsError(f"{name} cannot name {wrong[0]!r}", f"its fields are: {', '.join(sorted(WRITABLE))}")
    return names


def setting(config: Config, name: str) -> str:
    """Return a setting, or its declared default."""
    return config.get(name, DEFAULTS.get(name, ""))
