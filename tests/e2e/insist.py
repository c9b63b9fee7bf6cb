"""A caller that keeps trying with the same key, as every caller of ours does."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx2

LIMIT = 120.0


@dataclass
class Caller:
    """Sarah, through whatever happens."""

    url: str
    token: str

    async def insist(self, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """Ask with the same key until it is applied. Anything but 5xx, 202 or silence is final."""
        end = time.monotonic() + LIMIT
        while True:
            answer = await self._once("POST", path, body, key)
            if answer is not None and answer.status_code in (200, 201):
                done: dict[str, Any] = answer.json()
                return done
            known = answer is not None and answer.status_code < 500 and answer.status_code != 202
            assert not known, answer.text if answer is not None else ""
            assert time.monotonic() < end, f"{path} was not applied within {LIMIT} s"
            await asyncio.sleep(0.1)

    async def read(self, path: str, **params: Any) -> dict[str, Any]:
        """Read until there is an answer."""
        end = time.monotonic() + LIMIT
        while True:
            answer = await self._once("GET", path, None, None, params)
            if answer is not None and answer.status_code == 200:
                found: dict[str, Any] = answer.json()
                return found
            assert time.monotonic() < end, f"{path} could not be read within {LIMIT} s"
            await asyncio.sleep(0.1)

    async def written(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The case, once everything up to this answer can be read."""
        end = time.monotonic() + LIMIT
        while True:
            version = answer["version"]
            seen = await self.read(f"/cs/escalations/{answer['number']}", min_version=version)
            if seen["version"] >= version:
                return seen
            assert time.monotonic() < end, f"version {version} was not written in {LIMIT} s"

    async def _once(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        key: str | None,
        params: dict[str, Any] | None = None,
    ) -> httpx2.Response | None:
        headers = {"Authorization": f"Bearer {self.token}"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            async with httpx2.AsyncClient(timeout=12) as http:
                return await http.request(
                    method, f"{self.url}/api/v1{path}", json=body, headers=headers, params=params
                )
        except httpx2.HTTPError:
            return None
