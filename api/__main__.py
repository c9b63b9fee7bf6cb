"""Run the API: `python -m api`."""

import uvicorn

from api.app import create_app
from api.patience import PatientProtocol
from config.logging import set_up_logging
from config.settings import read_settings


def main() -> None:
    """Serve until SIGINT or SIGTERM; open requests get eight seconds to end."""
    settings = read_settings()
    set_up_logging(settings.log_level, settings.log_format)
    uvicorn.run(
        create_app(settings=settings),
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        server_header=False,
        loop="uvloop",
        http=PatientProtocol,  # it bounds the head of a request, in bytes and in time
        timeout_graceful_shutdown=8,
        timeout_keep_alive=5,
        limit_concurrency=500,
        h11_max_incomplete_event_size=64 * 1024,
    )


if __name__ == "__main__":
    main()
