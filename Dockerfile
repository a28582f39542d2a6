# The MCP server over HTTP, for many users. Built from a checkout: docker build -t sinch-auth .
FROM python:3.11-slim AS build
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY skill ./skill
COPY knowledge ./knowledge
COPY templates ./templates
RUN python -m venv /opt/sinch-auth \
 && /opt/sinch-auth/bin/pip install --no-cache-dir --constraint constraints.txt . \
 # The compiled knowledge base goes into the image: no worker compiles it, and the file system may be read-only.
 && SINCH_AUTH_CACHE=/opt/sinch-auth/cache /opt/sinch-auth/bin/sinch-auth products > /dev/null

FROM python:3.11-slim
COPY --from=build /opt/sinch-auth /opt/sinch-auth
ENV PATH=/opt/sinch-auth/bin:$PATH SINCH_AUTH_CACHE=/opt/sinch-auth/cache PYTHONUNBUFFERED=1
USER 65534:65534
EXPOSE 8765
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8765/health', timeout=2)"]
# Say by which names it is called with SINCH_AUTH_MCP_ALLOWED_HOSTS, or every call is answered with 421.
CMD ["sinch-auth", "mcp", "--http", "--host", "0.0.0.0", "--port", "8765", "--workers", "2"]
