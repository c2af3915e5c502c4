"""What people do and see at the two vendors, over the sandbox's HTTP: recruiters in Lever, the others in Crosschq."""

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class LeverPeople:
    """Acts through the sandbox's own routes, looks through Lever's ordinary API. `url` has no `/v1`.

    The key is another than the product's, as Lever limits the calls of each key: nobody's looking slows it down.
    """

    http: httpx.AsyncClient
    url: str
    api_key: str = "lever-sandbox-people"

    async def cast(self) -> dict[str, Any]:
        """The well-known stages, users, postings and opportunities of the seed."""
        return await self._do("GET", "/sandbox/cast")

    async def meet_candidate(self, like: str = "plain") -> dict[str, Any]:
        """A new candidate in On-site: `{id, contact, name, email, stage}`."""
        return await self._do("POST", "/sandbox/opportunities", {"like": like})

    async def move(self, opportunity_id: str, stage: str = "Crosschq", times: int = 1) -> None:
        """A recruiter drags the card; Lever sends its webhook."""
        await self._do(
            "POST", "/sandbox/move", {"opportunity": opportunity_id, "stage": stage, "times": times}
        )

    async def tag(self, opportunity_id: str, tag: str) -> None:
        """A recruiter adds a tag."""
        path = f"/v1/opportunities/{opportunity_id}/addTags"
        await self.http.post(self.url + path, json={"tags": [tag]}, auth=(self.api_key, ""))

    async def write_note(self, opportunity_id: str, words: str) -> None:
        """A recruiter writes a note."""
        path = f"/v1/opportunities/{opportunity_id}/notes"
        answer = await self.http.post(self.url + path, json={"value": words}, auth=(self.api_key, ""))
        answer.raise_for_status()

    async def give_feedback(self, opportunity_id: str) -> None:
        """An interviewer fills in a form."""
        users = (await self.cast())["users"]
        path = f"/v1/opportunities/{opportunity_id}/feedback?perform_as={users['integration']['id']}"
        form = {"baseTemplateId": "no-feedback", "fieldValues": [{"id": "rating", "value": 4}]}
        answer = await self.http.post(self.url + path, json=form, auth=(self.api_key, ""))
        answer.raise_for_status()

    async def second_opportunity(self, first: dict[str, Any]) -> dict[str, Any]:
        """The same person applies to the same posting once more, without the status that the first one shows."""
        tags = [tag for tag in first["tags"] if not tag.startswith("Crosschq: ")]
        body = {"emails": first["emails"], "name": first["name"], "tags": tags, "origin": "applied"}
        path = f"/v1/opportunities?perform_as={first['owner']}"
        made = await self.http.post(self.url + path, json=body, auth=(self.api_key, ""))
        made.raise_for_status()
        return dict(made.json()["data"])

    async def archive(self, opportunity_id: str, reason: str | None = "hired") -> None:
        """Somebody archives the opportunity, with a reason's text or `hired`; None unarchives it."""
        await self._do("POST", "/sandbox/archive", {"opportunity": opportunity_id, "reason": reason})

    async def anonymise(self, opportunity_id: str) -> None:
        """Somebody anonymises the candidate."""
        await self._do("POST", "/sandbox/anonymise", {"opportunity": opportunity_id})

    async def deactivate(self, user: str) -> None:
        """An admin deactivates somebody who works there."""
        await self._do("POST", "/sandbox/deactivate", {"user": user})

    async def delete(self, opportunity_id: str) -> None:
        """Somebody deletes the opportunity."""
        await self._do("POST", "/sandbox/delete", {"opportunity": opportunity_id})

    async def merge(
        self, opportunity_id: str, into: str, first: str = "delete", *, keeps_paperwork: bool = True
    ) -> None:
        """Somebody merges it into another one; `first`: what becomes of it at once, "delete" or "404"."""
        wanted = {
            "opportunity": opportunity_id,
            "into": into,
            "first": first,
            "keeps_paperwork": keeps_paperwork,
        }
        await self._do("POST", "/sandbox/merge", wanted)

    async def end_merge(self, opportunity_id: str, how: str = "delete") -> None:
        """What a merge has let be missing is deleted, or there again: "delete" or "undo"."""
        await self._do("POST", f"/sandbox/merge/{how}", {"opportunity": opportunity_id})

    async def opportunity(self, opportunity_id: str) -> dict[str, Any]:
        return (await self._look(f"/opportunities/{opportunity_id}"))["data"]  # type: ignore[no-any-return]

    async def tags(self, opportunity_id: str) -> list[str]:
        return list((await self.opportunity(opportunity_id))["tags"])

    async def leads(self, source: str = "Crosschq") -> list[dict[str, Any]]:
        """All sourced opportunities of the source, archived ones too, page by page through the ordinary API."""
        params: dict[str, str] = {"origin": "sourced", "source": source, "limit": "100"}
        found: list[dict[str, Any]] = []
        while True:
            page = await self._look("/opportunities", params)
            found += page["data"]
            if not page.get("hasNext"):
                return found
            params["offset"] = page["next"]

    async def notes(self, opportunity_id: str) -> list[str]:
        """The notes' texts, in the API's order."""
        notes = (await self._look(f"/opportunities/{opportunity_id}/notes"))["data"]
        return ["\n".join(field["value"] for field in note["fields"]) for note in notes]

    async def postings(self, opportunity_id: str) -> list[str]:
        """The ids of those that the opportunity applies to."""
        applications = (await self._look(f"/opportunities/{opportunity_id}/applications"))["data"]
        return [application["posting"] for application in applications]

    async def files(self, opportunity_id: str) -> list[str]:
        return [file["name"] for file in (await self._look(f"/opportunities/{opportunity_id}/files"))["data"]]

    async def behave(self) -> None:
        """No more faults."""
        await self._do("DELETE", "/sandbox/knobs")

    async def set_knobs(self, **knobs: object) -> None:
        """Faults to come: see `sandbox/knobs.py`."""
        await self._do("PUT", "/sandbox/knobs", knobs)

    async def _do(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        response = await self.http.request(method, self.url + path, json=body)
        response.raise_for_status()
        return dict(response.json())

    async def _look(self, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
        # A fault that a test asked for may answer so: a look may have to be repeated.
        response = await self.http.get(f"{self.url}/v1{path}", params=params, auth=(self.api_key, ""))
        while response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            response = await self.http.get(f"{self.url}/v1{path}", params=params, auth=(self.api_key, ""))
        response.raise_for_status()
        return dict(response.json())


@dataclass(frozen=True)
class CrosschqPeople:
    """The candidate, the references and the recruiter, through the sandbox's own routes."""

    http: httpx.AsyncClient
    url: str

    async def send_webhooks_to(self, url: str, token: str) -> None:
        """What an admin enters in Crosschq's API settings."""
        await self._do(
            "PUT", "/sandbox/webhook", {"url": url, "method": "POST", "auth": "token", "token": token}
        )

    async def requests_for(self, email: str) -> list[dict[str, Any]]:
        """The reference requests this candidate got, newest first."""
        requests = (await self._do("GET", "/sandbox/requests"))["requests"]
        return [request for request in requests if request["candidate"]["email"] == email]

    async def act(self, request_id: str, act: str) -> dict[str, Any]:
        """`candidate_opens`, `self_reference`, `add_references`, `answer_next`, `conclude`, `cancel` ..."""
        return await self._do("POST", f"/sandbox/requests/{request_id}/act", {"act": act})

    async def outcomes(self, request_id: str) -> list[dict[str, Any]]:
        """What was set as the outcome of a request, oldest first: `hiring_status`, `hired_on`, `by` api or page."""
        outcomes = (await self._do("GET", "/sandbox/outcomes"))["outcomes"]
        return [outcome for outcome in outcomes if outcome["request_id"] == request_id]

    async def add_prospects(self, count: int, seed: int = 1, **flawed: int) -> dict[str, Any]:
        """So many references opt in; of them so many `no_email`, `bad_phone`, `refused` ...: their ids by flaw."""
        body = {"count": count, "seed": seed, "flawed": flawed}
        return await self._do("POST", "/sandbox/prospects", body)

    async def opts_in_on_the_page(self, candidate_email: str) -> dict[str, Any]:
        """The last reference who answered for the candidate presses the button; the prospect that makes."""
        [request, *_] = await self.requests_for(candidate_email)
        page = request["references"][-1]["url"]
        pressed = await self.http.post(f"{page}/opt-in")
        if not pressed.is_redirect:
            pressed.raise_for_status()
        return (await self.prospects())[-1]

    async def opt_in(self) -> dict[str, Any]:
        """One reference opts in now."""
        return await self._do("POST", "/sandbox/prospects/opt-in", {})

    async def change_prospect(self, prospect_id: str, act: str, **fields: object) -> None:
        """`withdraw`, `change` some fields, or `opt_in_again`."""
        await self._do("POST", f"/sandbox/prospects/{prospect_id}/act", {"act": act, **fields})

    async def prospects(self) -> list[dict[str, Any]]:
        """All of them, as Crosschq's own pages know them."""
        return list((await self._do("GET", "/sandbox/prospects"))["prospects"])

    async def say(self, what: str, **values: object) -> None:
        """One of the sandbox's own settings: `report-host`, `report-kind`, `knobs`."""
        await self._do("PUT", f"/sandbox/{what}", values)

    async def behave(self) -> None:
        """No more faults."""
        await self._do("DELETE", "/sandbox/knobs")

    async def set_knobs(self, **knobs: object) -> None:
        """Faults to come: see `sandbox/knobs.py`."""
        await self.say("knobs", **knobs)

    async def _do(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        response = await self.http.request(method, self.url + path, json=body)
        response.raise_for_status()
        return dict(response.json())
