"""The MCP server: the tools, the things to read and the prompt, in both eras of the protocol. It keeps no state.

`server()` makes it for any transport; `serve_stdio()` runs it on standard input and output. The knowledge base is read
at the first call, so that a client waits only for the SDK.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types.methods import SPEC_CLIENT_METHODS
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from sinch_auth import __version__
from sinch_auth.surfaces.tools import TOOLS, Outcome, call

if TYPE_CHECKING:
    from mcp.shared.message import SessionMessage

    from sinch_auth.surfaces.mcp_resources import Listed

Context = ServerRequestContext[Any, Any]

SKILLS = "io.modelcontextprotocol/skills"
INSTRUCTIONS = (
    "How to authenticate with Sinch, Mailgun and Mailjet APIs, from facts with sources and code that was run. Call "
    "sinch_auth_guide before writing such code: it names credentials, auth method and host; detail=full adds code. "
    "Call sinch_auth_diagnose with anything that failed (status, body, curl -v, stack trace), "
    "sinch_auth_check_signature for a refused signature, sinch_auth_check_token for an In-App Calling JWT. On "
    "needs_input ask the user that one question and call again with the argument added. Never pass secrets: name an "
    "environment variable of this server."
)
"""About 600 characters, which clients put before everything else."""

MOST_QUESTIONS = 3
_SHORT = 4_000
"""Characters of arguments up to which a guide is answered at once; what takes longer goes to a thread."""
_FRESH = CacheHint(ttl_ms=3_600_000, scope="public")
_STATE_LIMIT = 1_000

_log = logging.getLogger("sinch_auth.mcp")


def server(*, shared: bool = False) -> Server[Any]:
    """The server, ready for a transport. `shared`: its callers do not own this process's environment."""
    made: Server[Any] = Server(
        "sinch-auth",
        version=__version__,
        title="Sinch authentication",
        instructions=INSTRUCTIONS,
        cache_hints={
            "tools/list": _FRESH,
            "prompts/list": _FRESH,
            "resources/list": _FRESH,
            "resources/templates/list": _FRESH,
            "resources/read": _FRESH,
            "server/discover": _FRESH,
        },
        get_tool_input_schema=lambda name: TOOLS[name].input_schema() if name in TOOLS else None,
        on_list_tools=_list_tools,
        on_list_resources=_list_resources,
        on_list_resource_templates=_list_templates,
        on_read_resource=_read_resource,
        on_list_prompts=_list_prompts,
        on_get_prompt=_get_prompt,
        on_completion=_complete,
    )
    made.add_request_handler("tools/call", types.CallToolRequestParams, partial(_call_tool, shared=shared))
    made.extensions[SKILLS] = {"directoryRead": True}
    made.add_request_handler("skills/list", types.PaginatedRequestParams, _list_skills)
    made.add_request_handler("skills/get", types.ReadResourceRequestParams, _get_skill)
    made.add_request_handler("resources/directory/read", types.ReadResourceRequestParams, _read_folder)
    made.middleware += [_logged, _explained]
    return made


def serve_stdio() -> None:
    """Serve one client on standard input and output until it goes. Nothing else is written to standard output."""
    anyio.run(_serve_stdio)


async def _serve_stdio() -> None:
    from mcp.server.stdio import stdio_server

    made = server()
    async with stdio_server() as (reading, writing):
        heard_send, heard = anyio.create_memory_object_stream[Any](0)

        async def sort_out() -> None:
            """Answer what is no JSON-RPC message, which the SDK would only drop; pass on the rest."""
            async with heard_send:
                async for item in reading:
                    if isinstance(item, Exception):
                        await writing.send(_unreadable(item))
                    else:
                        await heard_send.send(item)

        async with anyio.create_task_group() as group:
            group.start_soon(sort_out)
            await made.run(heard, writing, made.create_initialization_options())
            group.cancel_scope.cancel()


def _unreadable(problem: Exception) -> SessionMessage:
    from mcp.shared.message import SessionMessage

    broken = any(one.get("type") == "json_invalid" for one in getattr(problem, "errors", lambda: [])())
    code, received = (
        (types.PARSE_ERROR, "a line that is not JSON")
        if broken
        else (types.INVALID_REQUEST, "a line that is no JSON-RPC 2.0 message")
    )
    message = f"received: {received}; allowed: one JSON-RPC 2.0 message a line, in UTF-8; next: send it again"
    return SessionMessage(types.JSONRPCError(jsonrpc="2.0", id=None, error=types.ErrorData(code=code, message=message)))


# -- tools -----------------------------------------------------------------------------------------------


@cache
def _tools() -> types.ListToolsResult:
    hints = types.ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    return types.ListToolsResult(
        tools=[
            types.Tool(
                name=tool.name,
                title=tool.title,
                description=tool.description,
                input_schema=tool.input_schema(),
                output_schema=tool.output_schema(),
                annotations=hints,
            )
            for tool in TOOLS.values()
        ]
    )


async def _list_tools(context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    _first_page(params)
    return _tools()


async def _call_tool(context: Context, params: types.CallToolRequestParams, *, shared: bool) -> HandlerResult:
    if params.name not in TOOLS:
        raise MCPError(types.INVALID_PARAMS, call(params.name).text)
    arguments = dict(params.arguments or {})
    modern = context.protocol_version in MODERN_PROTOCOL_VERSIONS
    answered, silent = _answered(params) if modern else ({}, False)
    arguments |= answered
    outcome = await _run(params.name, arguments, shared)
    if not silent and _can_ask(context, modern):
        if modern and (asked := _question(outcome)) and len(answered) < MOST_QUESTIONS:
            return types.InputRequiredResult(
                input_requests={asked["id"]: types.ElicitRequest(params=_form(asked))},
                request_state=json.dumps(answered),
            )
        if not modern:
            outcome = await _asking(context, params.name, arguments, outcome, shared)
    return _result(outcome)


async def _run(name: str, arguments: Mapping[str, Any], shared: bool) -> Outcome:
    run = partial(call, name, arguments, shared=shared)
    if name == "sinch_auth_guide" and sum(len(str(value)) for value in arguments.values()) < _SHORT:
        return run()
    # A search for a mistake, or a long paste, takes long enough for others to notice.
    return await anyio.to_thread.run_sync(run)


def _result(outcome: Outcome) -> HandlerResult:
    # In the protocol's own shape, which the SDK still checks: a model would be dumped twice, and data is most of it.
    made = {"resultType": "complete", "content": [{"type": "text", "text": outcome.text.rstrip("\n")}]}
    return {**made, "isError": True} if outcome.error else {**made, "structuredContent": outcome.data}


# -- questions to the user -------------------------------------------------------------------------------


def _can_ask(context: Context, modern: bool) -> bool:
    """Whether the client can put a form to its user in this call; asking others fails with -32021."""
    capabilities = context.session.client_capabilities
    asks = capabilities.elicitation if capabilities else None
    # `{}` means forms: the distinction is newer than the capability.
    return (
        asks is not None
        and (asks.form is not None or asks.url is None)
        and (modern or context.session.can_send_request)
    )


def _question(outcome: Outcome) -> dict[str, Any] | None:
    asked = None if outcome.error else outcome.data.get("question")
    return asked if asked and asked.get("options") else None


def _form(asked: Mapping[str, Any]) -> types.ElicitRequestFormParams:
    """One question as a form of one field; not to know the answer is an answer."""
    from sinch_auth.facts import UNKNOWN

    options = {one["value"]: one.get("label", one["value"]) for one in asked["options"]}
    options[UNKNOWN] = _unsure(asked["text"])
    field = {"type": "string", "title": asked["id"], "enum": list(options), "enumNames": list(options.values())}
    return types.ElicitRequestFormParams(
        message=asked["text"],
        requested_schema={"type": "object", "properties": {asked["id"]: field}, "required": [asked["id"]]},
    )


def _unsure(question: str) -> str:
    from sinch_auth import knowledge

    locale = "zh-CN" if any("\u4e00" <= c <= "\u9fff" for c in question) else "en"
    return knowledge.load().text("dont-know", locale)


async def _asking(context: Context, name: str, arguments: Mapping[str, Any], outcome: Outcome, shared: bool) -> Outcome:
    """Put the question to the user, and answer with what they said; a few times at most."""
    given = dict(arguments)
    for _ in range(MOST_QUESTIONS):
        asked = _question(outcome)
        if not asked:
            break
        form = _form(asked)
        try:
            said = await context.session.elicit_form(form.message, form.requested_schema, context.request_id)
        except MCPError:
            break
        value = _said(said, asked["id"])
        if not value:
            break
        given[asked["id"]] = value
        outcome = await _run(name, given, shared)
    return outcome


def _said(said: types.ElicitResult, field: str) -> str:
    """What the user chose; who declines does not know, who cancels says nothing."""
    from sinch_auth.facts import UNKNOWN

    if said.action == "decline":
        return UNKNOWN
    value = (said.content or {}).get(field)
    return value if said.action == "accept" and isinstance(value, str) else ""


def _answered(params: types.CallToolRequestParams) -> tuple[dict[str, str], bool]:
    """What the user said so far, and whether they do not want to be asked. It all comes from the client: it is no
    more than arguments, and is checked like them."""
    state: Any = {}
    if params.request_state is not None:
        try:
            state = json.loads(params.request_state) if len(params.request_state) < _STATE_LIMIT else None
        except ValueError:
            state = None
        if not isinstance(state, dict) or not all(isinstance(one, str) for one in state.values()):
            raise MCPError(
                types.INVALID_PARAMS, "received: a requestState that is not ours; next: call again without it"
            )
    silent = False
    answered = {name: value for name, value in state.items() if name in ("product", "language", "region")}
    for name, said in (params.input_responses or {}).items():
        if name in ("product", "language", "region") and isinstance(said, types.ElicitResult):
            value = _said(said, name)
            silent = silent or not value
            answered |= {name: value} if value else {}
    return answered, silent


# -- resources and prompts -------------------------------------------------------------------------------


async def _list_resources(context: Context, params: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
    _first_page(params)
    return await anyio.to_thread.run_sync(_resources)


@cache
def _resources() -> types.ListResourcesResult:
    from sinch_auth.surfaces import mcp_resources

    return types.ListResourcesResult(resources=[_resource(one) for one in mcp_resources.listed()])


def _resource(one: Listed) -> types.Resource:
    return types.Resource(
        uri=one.uri,
        name=one.name,
        title=one.title or None,
        description=one.description or None,
        mime_type=one.mime,
    )


async def _list_templates(
    context: Context, params: types.PaginatedRequestParams | None
) -> types.ListResourceTemplatesResult:
    from sinch_auth.surfaces import mcp_resources

    _first_page(params)
    return types.ListResourceTemplatesResult(
        resource_templates=[
            types.ResourceTemplate(
                uri_template=one.uri, name=one.name, title=one.title, description=one.description, mime_type=one.mime
            )
            for one in mcp_resources.TEMPLATES
        ]
    )


async def _read_resource(context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    from sinch_auth.surfaces import mcp_resources

    uri = str(params.uri)
    try:
        mime, text = await anyio.to_thread.run_sync(mcp_resources.read, uri)
    except mcp_resources.Missing as missing:
        modern = context.protocol_version in MODERN_PROTOCOL_VERSIONS
        raise MCPError(types.INVALID_PARAMS if modern else -32002, str(missing), {"uri": _short(uri)}) from None
    return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=mime, text=text)])


async def _list_prompts(context: Context, params: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
    from sinch_auth.surfaces import mcp_resources

    _first_page(params)
    return types.ListPromptsResult(
        prompts=[
            types.Prompt(
                name=mcp_resources.PROMPT,
                title="Set up Sinch authentication",
                description="Set up authentication with a Sinch API in this project, and prove that it works",
                arguments=[
                    types.PromptArgument(name="product", description="e.g. sms, voice, conversation", required=False),
                    types.PromptArgument(name="language", description="e.g. node, python, java", required=False),
                ],
            )
        ]
    )


async def _get_prompt(context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
    from sinch_auth.surfaces import mcp_resources

    if params.name != mcp_resources.PROMPT:
        raise MCPError(
            types.INVALID_PARAMS, f"received: an unknown prompt; allowed: {mcp_resources.PROMPT}; next: get that one"
        )
    given = params.arguments or {}
    text = mcp_resources.prompt(given.get("product", ""), given.get("language", ""))
    return types.GetPromptResult(
        description="Set up authentication with a Sinch API in this project",
        messages=[types.PromptMessage(role="user", content=types.TextContent(text=text))],
    )


async def _complete(context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
    from sinch_auth.surfaces import mcp_resources

    found = mcp_resources.complete(params.argument.name, params.argument.value)
    return types.CompleteResult(
        completion=types.Completion(values=found[:100], total=len(found), has_more=len(found) > 100)
    )


# -- the skill (SEP-2640) --------------------------------------------------------------------------------


async def _list_skills(context: Context, params: types.PaginatedRequestParams) -> dict[str, Any]:
    from sinch_auth.surfaces import mcp_resources

    _first_page(params)
    entry = await anyio.to_thread.run_sync(mcp_resources.skill_entry)
    return {"skills": [entry], "ttlMs": _FRESH.ttl_ms, "cacheScope": _FRESH.scope}


async def _get_skill(context: Context, params: types.ReadResourceRequestParams) -> dict[str, Any]:
    from sinch_auth.surfaces import mcp_resources

    entry = await anyio.to_thread.run_sync(mcp_resources.skill_entry)
    if str(params.uri) != entry["uri"]:
        raise MCPError(types.INVALID_PARAMS, f"no skill is served there; there is {entry['uri']}")
    return {"skill": entry, "ttlMs": _FRESH.ttl_ms, "cacheScope": _FRESH.scope}


async def _read_folder(context: Context, params: types.ReadResourceRequestParams) -> dict[str, Any]:
    from sinch_auth.surfaces import mcp_resources

    try:
        found = await anyio.to_thread.run_sync(mcp_resources.skill_folder, str(params.uri))
    except mcp_resources.Missing as missing:
        raise MCPError(types.INVALID_PARAMS, str(missing)) from None
    return {"resources": [_resource(one).model_dump(by_alias=True, mode="json", exclude_none=True) for one in found]}


# -- private ---------------------------------------------------------------------------------------------


def _first_page(params: types.PaginatedRequestParams | None) -> None:
    if params and params.cursor:
        raise MCPError(types.INVALID_PARAMS, "received: a cursor that is not ours; next: list without one; all fits")


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"


async def _explained(ctx: Context, call_next: CallNext) -> HandlerResult:
    """Say what is wrong with parameters of the wrong shape; the SDK alone would only say that they are."""
    try:
        return await call_next(ctx)
    except ValidationError as problem:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in one['loc'][-2:]) or 'all'}: {one['msg']}"
            for one in problem.errors(include_url=False, include_context=False, include_input=False)[:3]
        )
        message = f"received: parameters of the wrong shape ({_short(wrong)}); next: mend them and call again"
        raise MCPError(types.INVALID_PARAMS, message) from None


async def _logged(ctx: Context, call_next: CallNext) -> HandlerResult:
    """One line a request: what was called, how it ended, how long it took; never what was in it."""
    begun = time.perf_counter()
    outcome = "error"
    try:
        result = await call_next(ctx)
        wrong = isinstance(result, Mapping) and result.get("isError") is True
        outcome = "tool-error" if wrong else "ok"
        return result
    except MCPError as problem:
        outcome = f"error {problem.error.code}"
        raise
    finally:
        if _log.isEnabledFor(logging.INFO):
            method = ctx.method
            name = (ctx.params or {}).get("name") if method == "tools/call" else None
            _log.info(
                "request",
                extra={
                    "fields": {
                        "method": method if method in SPEC_CLIENT_METHODS or method.startswith("skills/") else "other",
                        "tool": name if name in TOOLS else None,
                        "protocol": ctx.protocol_version,
                        "outcome": outcome,
                        "ms": round((time.perf_counter() - begun) * 1000, 2),
                    }
                },
            )
