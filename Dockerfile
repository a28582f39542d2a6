# The MCP server over HTTP, for many users: `docker build -t sinch-auth . && docker run -p 8765:8765 sinch-auth`
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY skill ./skill
COPY knowledge ./knowledge
COPY templates ./templates
RUN python -m venv /app \
 && /app/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11-slim
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 SINCH_AUTH_CACHE=/app/cache
# The knowledge base and the templates are compiled now, so that a new pod answers at once and needs no writable disk; by
# the user who reads them, because what is compiled is code and nobody else may touch it.
RUN install -d -o 65532 -g 65532 /app/cache
USER 65532:65532
RUN sinch-auth ask --no-input --format agent "401 from the SMS API in Python, eu" > /dev/null \
 && { sinch-auth diagnose --format agent "HTTP/1.1 401 Unauthorized on the SMS API" > /dev/null; test $? -eq 4; }
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8765/health', timeout=2)"]
# Workers: one a core. More machines instead of more workers is as good: the server keeps no state.
ENTRYPOINT ["sinch-auth", "mcp", "--http", "--host", "0.0.0.0", "--port", "8765"]
CMD ["--workers", "2"]
