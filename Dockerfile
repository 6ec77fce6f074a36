# The service: web, indexer and scheduler in one process, or one of them with `--only`.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY shuyin ./shuyin
RUN python -m venv /opt/shuyin && /opt/shuyin/bin/pip install --no-cache-dir -c constraints.txt .

FROM python:3.11-slim-bookworm
RUN useradd --system --create-home --home-dir /var/lib/shuyin shuyin
COPY --from=build /opt/shuyin /opt/shuyin
ENV PATH=/opt/shuyin/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SHUYIN_DATA_DIR=/var/lib/shuyin \
    SHUYIN_LOG_FORMAT=json
USER shuyin
WORKDIR /var/lib/shuyin
VOLUME /var/lib/shuyin
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"
CMD ["shuyin", "serve", "--host", "0.0.0.0"]
