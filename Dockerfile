# Wheels are fetched against the hashes of the lock; the second stage installs from them alone,
# so that it has what the bot needs and none of the tools.
FROM python:3.11-slim AS wheels
WORKDIR /build
COPY requirements.lock ./
RUN pip wheel --no-cache-dir --require-hashes --no-deps --requirement requirements.lock \
    --wheel-dir /wheels
COPY pyproject.toml README.md hatch_build.py ./
COPY bot bot
COPY handlers handlers
COPY locales locales
COPY migrations migrations
RUN pip install --no-cache-dir --no-index --find-links /wheels babel hatchling \
    && python -m hatchling build -t wheel -d /wheels

FROM python:3.11-slim
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels blocbot \
    && useradd --system --uid 10001 --home-dir /data --create-home blocbot
USER blocbot
WORKDIR /data
ENV PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    LOG_FORMAT=json \
    HEALTH_LISTEN=0.0.0.0:8090
VOLUME /data
EXPOSE 8080 8090
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:8090/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["blocbot"]
CMD ["run"]
