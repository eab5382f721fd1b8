"""Writes the server's OpenAPI description, Sources/KeelServer/Pages/openapi.json.

    python3 Scripts/openapi.py

`OpenAPITests` holds it to the routes that there are.
"""

import json
from pathlib import Path

OUT = Path(__file__).parents[1] / "Sources" / "KeelServer" / "Pages" / "openapi.json"


def text(most=None, least=None, about=None):
    schema = {"type": "string"}
    if most is not None:
        schema["maxLength"] = most
    if least is not None:
        schema["minLength"] = least
    if about:
        schema["description"] = about
    return schema


def number(low, high, kind="number", about=None):
    schema = {"type": kind, "minimum": low, "maximum": high}
    if about:
        schema["description"] = about
    return schema


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def obj(properties, required=(), extra=True):
    schema = {"type": "object", "properties": properties}
    if required:
        schema["required"] = list(required)
    if not extra:
        schema["additionalProperties"] = False
    return schema


WHOLE = 2**63 - 1
STEER = {
    "type": "object",
    "additionalProperties": number(-10, 10),
    "description": "How far to push the model, by the name of one of its directions. Takes an admin.",
}
SAMPLING = {
    "temperature": number(0, 2, about="Divides the logits; 0 is greedy."),
    "top_p": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "n": number(1, 16, "integer", "How many answers."),
    "seed": number(-(2**63), WHOLE, "integer", "The same seed gives the same answers."),
    "stop": {"anyOf": [text(256, 1), {"type": "array", "items": text(256, 1), "maxItems": 16}]},
    "max_tokens": number(1, WHOLE, "integer", "Cut to the server's own limit."),
    "top_k": number(1, 1000000, "integer"),
    "min_p": number(0, 1),
    "repetition_penalty": number(0.01, 100),
    "stream": {"type": "boolean"},
    "stream_options": obj({"include_usage": {"type": "boolean"}}),
    "keel": obj({"steer": STEER}, extra=False),
}
GUARDIAN = obj(
    {
        "policy": text(about="Who decided, and by what."),
        "action": text(),
        "level": {"enum": ["none", "low", "moderate", "high", "imminent"]},
        "act": text(about="What the gatekeeper did."),
        "changes": {"type": "boolean", "description": "Whether words were added to the prompt or the answer, or another model was asked."},
        "end": {"enum": ["care", "guard_error", "cut"]},
        "review": {"enum": ["reviewed", "replaced", "unreviewed"]},
    },
    ["policy", "action", "level", "changes"],
)
SCHEMAS = {
    "Error": obj(
        {
            "error": obj(
                {
                    "message": text(),
                    "type": text(),
                    "param": {"type": ["string", "null"]},
                    "code": {"type": ["string", "null"]},
                },
                ["message", "type", "param", "code"],
            )
        },
        ["error"],
    ),
    "Message": obj(
        {
            "role": {"enum": ["system", "developer", "user", "assistant"]},
            "content": {
                "anyOf": [
                    text(),
                    {
                        "type": "array",
                        "items": obj({"type": {"const": "text"}, "text": text()}, ["type", "text"]),
                    },
                ]
            },
        },
        ["role", "content"],
    ),
    "ChatCompletionRequest": obj(
        {
            "model": text(),
            "messages": {"type": "array", "items": ref("Message"), "minItems": 1, "maxItems": 4096},
            "max_completion_tokens": number(1, WHOLE, "integer"),
            "logprobs": {"type": "boolean"},
            "top_logprobs": number(0, 20, "integer", "Needs logprobs to be true."),
            **SAMPLING,
        },
        ["model", "messages"],
    ),
    "CompletionRequest": obj(
        {
            "model": text(),
            "prompt": {"anyOf": [text(least=1), {"type": "array", "items": text(least=1), "minItems": 1, "maxItems": 1}]},
            "logprobs": number(0, 5, "integer"),
            **SAMPLING,
        },
        ["model", "prompt"],
    ),
    "Completion": obj(
        {
            "id": text(),
            "object": text(),
            "created": {"type": "integer"},
            "model": text(),
            "choices": {"type": "array", "items": {"type": "object"}},
            "usage": obj({key: {"type": "integer"} for key in ("prompt_tokens", "completion_tokens", "total_tokens")}),
            "keel": obj(
                {
                    "answered_by": text(),
                    "fallback": {"type": "boolean"},
                    "seed": {"type": "integer"},
                    "steer": {"type": "object", "additionalProperties": {"type": "number"}},
                    "guardian": GUARDIAN,
                    "notes": {"type": "array", "items": {"type": "object"}},
                }
            ),
        },
        ["id", "object", "created", "model", "choices"],
    ),
    "Model": obj({"id": text(), "object": text(), "created": {"type": "integer"}, "owned_by": text()}, ["id", "object"]),
    "ModelList": obj({"object": text(), "data": {"type": "array", "items": ref("Model")}}, ["object", "data"]),
    "Health": obj({"status": text(), "running": {"type": "integer"}, "waiting": {"type": "integer"}}, ["status"]),
    "Session": obj(
        {"name": text(), "role": text(), "keeps": {"type": "boolean"}, "guardian": text(), "canInvite": {"type": "boolean"}},
        ["name", "role"],
    ),
    "Conversation": obj({"id": text(), "title": text(), "created": {"type": "number"}, "updated": {"type": "number"}}, ["id", "title"]),
    "ConversationList": obj(
        {"conversations": {"type": "array", "items": ref("Conversation")}, "next": {"type": "string"}}, ["conversations"]
    ),
    "StoredMessage": obj({"id": text(), "role": text(), "content": text(), "parent": text()}, ["id", "role", "content"]),
    "Thread": obj({"conversation": ref("Conversation"), "messages": {"type": "array", "items": ref("StoredMessage")}}, ["conversation", "messages"]),
    "NewConversation": obj({"title": text(200, 1)}, ["title"]),
    "Question": obj({"content": text(100000, 1), "parent": text()}, ["content"]),
    "AnswerRequest": obj(
        {"parent": text(), "model": text(), "system": text(20000), **{key: SAMPLING[key] for key in ("temperature", "top_p", "max_tokens", "seed")}, "steer": STEER},
        ["parent", "model"],
    ),
    "Rating": obj({"rating": {"enum": [-1, 1]}, "reason": text(4000)}, ["rating"]),
    "Objection": obj({"text": text(4000, 1)}, ["text"]),
    "RoomAct": obj({"act": {"enum": ["consent", "decline", "approve", "close"]}, "summary": text(4000)}, ["act"]),
    "Room": obj({"state": text(), "news": {"type": "array", "items": {"type": "object"}}}, ["state", "news"]),
    "HelperEntry": obj({"room": text(), "link": text()}, ["room", "link"]),
    "HelperSession": obj({"session": text()}, ["session"]),
    "Availability": obj({"available": {"type": "boolean"}}, ["available"]),
    "HelperName": obj({"name": text(60, 1)}, ["name"]),
    "HelperMessage": obj({"content": text(100000, 1), "key": text(200, 1, "By which it is said once.")}, ["content", "key"]),
    "HelperRoom": obj(
        {"room": text(), "state": text(), "summary": text(), "messages": {"type": "array", "items": ref("StoredMessage")}},
        ["room", "state", "summary", "messages"],
    ),
    "Any": {"type": "object"},
}
JSON = "application/json"
SSE = "text/event-stream"


def response(about, content=None):
    return {"description": about, **({"content": content} if content else {})}


def operation(name, about, ok, body=None, params=(), status="200", kind=JSON, also=None, errors=()):
    # Of events, no schema: their data are of several kinds.
    content = {kind: {} if kind == SSE else {"schema": ref(ok) if ok else text()}}
    if also:
        content[also] = {}
    one = {
        "operationId": name,
        "summary": about,
        "responses": {status: response(about, content)},
    }
    for code in ("401", "403", "421", *errors):
        one["responses"][code] = response("Refused.", {JSON: {"schema": ref("Error")}})
    if body:
        for code in ("400", "404", "413", "415", "429", "502", "503", "507"):
            one["responses"][code] = response("Not answered.", {JSON: {"schema": ref("Error")}})
        one["requestBody"] = {"required": True, "content": {JSON: {"schema": ref(body)}}}
    if params:
        one["responses"].setdefault("404", response("Not there.", {JSON: {"schema": ref("Error")}}))
        one["parameters"] = [{"name": name, "in": "path", "required": True, "schema": text(least=1)} for name in params]
    return one


PATHS = {
    "/v1/chat/completions": {"post": operation("chat", "Continues a conversation.", "Completion", "ChatCompletionRequest", also=SSE)},
    "/v1/completions": {"post": operation("complete", "Continues a text.", "Completion", "CompletionRequest", also=SSE)},
    "/v1/models": {"get": operation("models", "The models that are served.", "ModelList")},
    "/v1/models/{id}": {"get": operation("model", "One model.", "Model", params=["id"])},
    "/health": {"get": operation("health", "Whether the server takes requests.", "Health", errors=["503"])},
    "/metrics": {"get": operation("metrics", "Counts, in Prometheus's text format.", None, kind="text/plain")},
    "/keel/session": {"get": operation("session", "Who one is, and what there is.", "Session")},
    "/keel/conversations": {
        "get": operation(
            "conversations", "One's own conversations, the last changed first, 100 at most.", "ConversationList", errors=["400"]
        )
        | {
            "parameters": [
                {
                    "name": "after",
                    "in": "query",
                    "description": "Only those behind a list's `next`.",
                    "schema": {"type": "string"},
                }
            ]
        },
        "post": operation("startConversation", "Starts a conversation.", "Conversation", "NewConversation", status="201"),
    },
    "/keel/conversations/{id}": {
        "get": operation("conversation", "A conversation with its messages.", "Thread", params=["id"]),
        "delete": operation("deleteConversation", "Deletes a conversation.", "Any", params=["id"]),
    },
    "/keel/conversations/{id}/messages": {"post": operation("addMessage", "Adds a person's message; it is on disk when this is answered.", "StoredMessage", "Question", ["id"], "201")},
    "/keel/conversations/{id}/answers": {"post": operation("answer", "Has a message answered.", None, "AnswerRequest", ["id"], kind=SSE)},
    "/keel/answers/{id}": {"delete": operation("stopAnswer", "Stops an answer; it is kept as far as it came.", "Any", params=["id"])},
    "/keel/messages/{id}/feedback": {
        "put": operation("rate", "Rates an answer.", "Any", "Rating", ["id"]),
        "delete": operation("unrate", "Takes a rating back.", "Any", params=["id"]),
    },
    "/keel/messages/{id}/why": {"get": operation("why", "What decided an answer.", "Any", params=["id"])},
    "/keel/messages/{id}/objection": {
        "post": operation("object", "Keeps what the person says against a guardian's decision.", "Any", "Objection", ["id"], "201")
    },
    "/keel/conversations/{id}/room": {
        "get": operation("room", "Who is in a conversation, and what can happen.", "Room", params=["id"]),
        "post": operation("act", "Agrees, declines, lets a summary be sent, or closes.", "Room", "RoomAct", ["id"], errors=["409"]),
    },
    "/keel/helper/enter": {
        "post": operation("enter", "Uses a link up for a session, sent as the header Keel-Helper.", "HelperSession", "HelperEntry", errors=["409"])
    },
    "/keel/helper/queue": {"get": operation("queue", "Rooms that a helper can come into.", "Any", errors=["404"])},
    "/keel/helper/availability": {"put": operation("availability", "Says whether a helper is there.", "Availability", "Availability")},
    "/keel/helper/rooms/{id}": {"get": operation("helperRoom", "What a helper may read of a room.", "HelperRoom", params=["id"])},
    "/keel/helper/rooms/{id}/join": {"post": operation("join", "Comes into a room.", "HelperRoom", "HelperName", ["id"], errors=["409"])},
    "/keel/helper/rooms/{id}/messages": {
        "post": operation("helperSay", "Says something, once for each key.", "HelperRoom", "HelperMessage", ["id"], errors=["409"])
    },
    "/keel/helper/rooms/{id}/leave": {"post": operation("leave", "Leaves a room; the model comes back.", "HelperRoom", "Any", ["id"], errors=["409"])},
    "/keel/data": {
        "get": operation("export", "All that is kept of oneself.", "Any"),
        "delete": operation("forget", "Deletes all that is kept of oneself.", "Any"),
    },
    "/keel/runs": {"get": operation("runs", "Runs (admins).", "Any", errors=["404"])},
    "/keel/runs/{id}/report": {"get": operation("report", "A run's report (admins).", None, params=["id"], kind="text/html")},
    "/keel/runs/{id}/ticket": {"get": operation("ticket", "An address that opens the report once (admins).", "Any", params=["id"])},
    "/keel/runs/{id}/metrics": {"get": operation("runMetrics", "Lines of a run's metrics (admins).", "Any", params=["id"])},
}

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {
        "title": "Keel",
        "version": "0.1.0",
        "description": "OpenAI's API for models that Keel serves, and the conversations of its page. docs/serving.md says more.",
    },
    "security": [{}, {"bearer": []}],
    "paths": PATHS,
    "components": {"schemas": SCHEMAS, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
}
OUT.write_text(json.dumps(DOCUMENT, indent=1) + "\n")
