"""Up to 25 calls in one, in order, where later ones may use what earlier ones answered: /composite."""

import re
from collections.abc import Sequence
from typing import Any, Final

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.composite.calls import Ask, call_within, list_of, plain, text_of
from turnout.simulators.salesforce.composite.references import Unresolved, names_in, resolved
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.simulators.salesforce.rest.rows import body_of
from turnout.wire import Reply

MOST: Final = 25
MOST_HEAVY: Final = 5
HEAVY: Final = re.compile(r"/services/data/v[\d.]+/(?:query|queryAll|composite/sobjects)\b")
ALLOWED: Final = re.compile(
    r"/services/data/v[\d.]+/(?:sobjects|query|queryAll|composite/sobjects|limits|jobs)(?:/|\?|$)"
)
NAME: Final = re.compile(r"[A-Za-z]\w*")
ROLLED_BACK: Final = "The transaction was rolled back since another operation in the same transaction failed."
Part = dict[str, Any]


def composite(org: Org, call: Call, ask: Ask) -> Reply:
    """Answer POST /composite."""
    body = body_of(call)
    parts = list_of(body, "compositeRequest", MOST)
    heavy = sum(bool(HEAVY.match(text_of(part, "url"))) for part in parts)
    if heavy > MOST_HEAVY:
        words = f"{heavy} queries and collections; at most {MOST_HEAVY} of a composite request may be such"
        raise Refusal("LIMIT_EXCEEDED", words, None)
    checked(parts)
    answers, _ = Run(org, call, ask).all(parts, all_or_none=body.get("allOrNone") is True)
    return json_reply({"compositeResponse": answers})


def checked(parts: Sequence[Part]) -> None:
    """Refuse names that are there twice or are no names, and addresses that may not be called so."""
    seen: set[str] = set()
    for part in parts:
        name, url = text_of(part, "referenceId"), text_of(part, "url")
        if not NAME.fullmatch(name) or name in seen:
            words = f"Invalid referenceId: {name} (a letter, then letters, digits and underscores; each once)"
            raise Refusal("INVALID_INPUT", words, None)
        if not ALLOWED.match(url):
            raise Refusal("INVALID_INPUT", f"URL {url} is not supported in a composite request", None)
        seen.add(name)


class Run:
    """Answers the parts of one request, one after another."""

    def __init__(self, org: Org, call: Call, ask: Ask) -> None:
        self._org, self._call, self._ask = org, call, ask
        self._told: dict[str, Any] = {}
        self._failed: set[str] = set()

    def all(self, parts: Sequence[Part], *, all_or_none: bool) -> tuple[list[Part], bool]:
        """Return the answers in order, and whether all went well; else, all or none, nothing is kept."""
        mark = self._org.mark()
        answers = []
        for part in parts:
            answers.append(self._one(part))
            if all_or_none and self._failed:
                self._org.back_to(mark)
                return [self._rolled_back(one, answers) for one in parts], False
        return answers, not self._failed

    def _one(self, part: Part) -> Part:
        name = part["referenceId"]
        if lost := names_in([part.get("url"), part.get("body")]) & self._failed:
            return self._halted(name, f"Referenced operation(s) '{', '.join(sorted(lost))}' failed")
        try:
            url, body = resolved(part["url"], self._told), resolved(part.get("body"), self._told)
        except Unresolved as problem:
            return self._halted(name, str(problem))
        inner = call_within(self._call, text_of(part, "method"), url, body=body, headers=part.get("httpHeaders"))
        reply = self._ask(inner)
        self._call.rows += inner.rows
        told = plain(reply)
        if reply.status >= 400:
            self._failed.add(name)
        self._told[name] = told
        shown = {"Location": reply.headers["location"]} if "location" in reply.headers else {}
        return {"body": told, "httpHeaders": shown, "httpStatusCode": reply.status, "referenceId": name}

    def _halted(self, name: str, words: str) -> Part:
        self._failed.add(name)
        return halted(name, words)

    def _rolled_back(self, part: Part, answers: Sequence[Part]) -> Part:
        """Return what a part answers once all is taken back: the one that failed, why; the others, that it was."""
        own = next((one for one in answers if one["referenceId"] == part["referenceId"]), None)
        return own if own and own["httpStatusCode"] >= 400 else halted(part["referenceId"], ROLLED_BACK)


def halted(name: str, words: str) -> Part:
    """Return the answer of a part that was not carried out or was taken back."""
    body = [{"errorCode": "PROCESSING_HALTED", "message": words}]
    return {"body": body, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": name}
