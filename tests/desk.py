"""A desk: how tests talk to the API as somebody."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2

from tests.polling import until


@dataclass(frozen=True)
class Desk:
    """The API, as one person or service sees it."""

    http: httpx2.AsyncClient
    token: str

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        version: int | None = None,
        **more: Any,
    ) -> httpx2.Response:
        """One request. `key` is its Idempotency-Key, `version` its If-Match."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        if key is not None:
            headers["Idempotency-Key"] = key
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if body is not None:
            more["json"] = body
        return await self.http.request(method, path, headers=headers, **more)

    async def get(self, path: str, **params: Any) -> Any:
        """Read something that must be there."""
        answer = await self.ask("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """Do something that must succeed."""
        answer = await self.ask("POST", path, {} if body is None else body, **more)
        assert answer.status_code in (200, 201, 202), answer.text
        told = answer.json()
        return await self._applied(told) if answer.status_code == 202 else told

    async def _applied(self, told: Any) -> Any:
        """The answer of an operation for which a busy machine had no time in five seconds."""

        async def done() -> Any:
            seen = await self.get(f"/operations/{told['op_id']}")
            return seen if seen["status"] != "accepted" else None

        answer = await until(done)
        assert answer["status"] == "applied", answer
        return answer

    async def open_case(self, **given: Any) -> dict[str, Any]:
        """Open a case; what is not given is made up. Returns the answer."""
        name = f"Customer {uuid4().hex[:8]}"
        body = {
            "customer": {"name": name, "email": f"{uuid4().hex[:12]}@customer.test"},
            "title": "The heating does not work",
            "type": "cancel_threat",
            "severity": "high",
            "source": "phone",
            **given,
        }
        opened: dict[str, Any] = await self.post("/cs/escalations", body)
        return opened

    async def case(self, number: str, *, at: int | None = None) -> dict[str, Any]:
        """The whole case, at least at that version."""
        params = {"min_version": at} if at else {}
        seen: dict[str, Any] = await self.get(f"/cs/escalations/{number}", **params)
        return seen

    async def done(self, number: str, step: str, outcome: str, **given: Any) -> dict[str, Any]:
        """Finish a step."""
        path = f"/cs/escalations/{number}/steps/{step.replace('#', '~')}/completion"
        answer: dict[str, Any] = await self.post(path, {"outcome": outcome, **given})
        return answer

    async def work(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Finish the step to do now with its first outcome, and with its required fields.

        Of a step that gives money, with the first one that gives none.
        """
        number, step = answer["number"], answer["snapshot"]["step"]
        seen = await self.case(number, at=answer["version"])
        card = next(one for one in seen["steps"] if one["id"] == step["id"])
        later = (datetime.now(UTC) + timedelta(days=30)).isoformat()
        samples = {"moment": later, "text": "written down", "money": "20"}
        fields = {one["id"]: samples[one["kind"]] for one in card["fields"] if one["required"]}
        plain = [one for one in card["outcomes"] if card["kind"] != "credit" or not one["grants"]]
        more = {"appointment_at": samples["moment"]} if card["kind"] == "schedule" else {}
        return await self.done(number, step["id"], plain[0]["id"], fields=fields, **more)

    async def timeline(self, number: str, *, at: int | None = None) -> list[dict[str, Any]]:
        """What happened, at least up to that version."""
        params = {"min_version": at} if at else {}
        page = await self.get(f"/cs/escalations/{number}/timeline", limit=500, **params)
        items: list[dict[str, Any]] = page["items"]
        return items
