# python:3.13-slim-bookworm by its digest: `make env` looks it up, docker-compose.yml hands it over.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN useradd --create-home --uid 10001 cakupan && install -d -m 700 -o cakupan /var/lib/cakupan /var/lib/cakupan-keys
WORKDIR /opt/cakupan
COPY requirements-boot.lock requirements.lock pyproject.toml ./
RUN pip install --no-cache-dir --require-hashes -r requirements-boot.lock \
 && uv pip sync --system --no-cache --require-hashes --compile-bytecode requirements.lock
COPY . .
RUN uv pip install --system --no-cache --no-deps --no-build-isolation --editable .
USER cakupan
CMD ["cakupan", "--help"]
