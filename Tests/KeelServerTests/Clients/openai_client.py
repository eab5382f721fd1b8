"""OpenAI's own client and Inspect against a server, both as they come.

    make clients
    ~/.cache/keel/client-venv/bin/python openai_client.py http://127.0.0.1:8080/v1 TOKEN

`ClientTests` runs it where it is installed. The model "echo" repeats the conversation, "endless"
writes until it is stopped.
"""

import asyncio
import json
import os
import sys
import tempfile
import urllib.request

import openai

BASE, TOKEN = sys.argv[1:3]
MESSAGES = [{"role": "user", "content": "Hello, 世界!"}]
client = openai.OpenAI(base_url=BASE, api_key=TOKEN, max_retries=0, timeout=240)


def whole():
    answer = client.chat.completions.create(model="echo", messages=MESSAGES, n=2, seed=1)
    assert [choice.message.content for choice in answer.choices] == ["user: Hello, 世界!", "user: Hello, 世界! #1"]
    assert [choice.finish_reason for choice in answer.choices] == ["stop", "stop"]
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
    assert answer.model_extra["keel"]["answered_by"] == "echo-engine"
    short = client.chat.completions.create(model="echo", messages=MESSAGES, max_completion_tokens=4)
    assert short.choices[0].message.content == "user" and short.choices[0].finish_reason == "length"


def streamed():
    text, usage = "", None
    chunks = client.chat.completions.create(
        model="echo", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    for chunk in chunks:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
    assert text == "user: Hello, 世界!" and usage.completion_tokens == 20
    with client.chat.completions.stream(model="echo", messages=MESSAGES) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content == text


def logprobs():
    answer = client.chat.completions.create(
        model="echo", messages=MESSAGES, logprobs=True, top_logprobs=1, max_tokens=3
    )
    content = answer.choices[0].logprobs.content
    assert [token.token for token in content] == ["u", "s", "e"] and content[0].top_logprobs[0].logprob == -1
    text = client.completions.create(model="echo", prompt="abc", logprobs=1)
    assert text.choices[0].text == "abc" and text.choices[0].logprobs.tokens == ["a", "b", "c"]


def listed():
    assert {model.id for model in client.models.list()} == {"echo", "endless"}
    assert client.models.retrieve("echo").id == "echo"


def refused():
    def raises(kind, **fields):
        try:
            client.chat.completions.create(**{"model": "echo", "messages": MESSAGES, **fields})
        except kind as error:
            return error
        raise AssertionError(f"{fields} was taken")

    assert raises(openai.NotFoundError, model="none").code == "model_not_found"
    assert raises(openai.BadRequestError, temperature=9).param == "temperature"
    assert raises(openai.BadRequestError, messages=[]).param == "messages"
    schema = {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}
    assert raises(openai.BadRequestError, response_format=schema).code == "unsupported_response_format"
    try:
        openai.OpenAI(base_url=BASE, api_key="wrong-token", max_retries=0).models.list()
    except openai.AuthenticationError as error:
        assert error.type == "authentication_error"
    else:
        raise AssertionError("a wrong token was taken")


def running():
    with urllib.request.urlopen(BASE.removesuffix("/v1") + "/health") as response:
        return json.load(response)["running"]


async def concurrent():
    several = openai.AsyncOpenAI(base_url=BASE, api_key=TOKEN, max_retries=0, timeout=240)

    async def one(number):
        answer = await several.chat.completions.create(
            model="echo", messages=[{"role": "user", "content": f"number {number}"}]
        )
        assert answer.choices[0].message.content == f"user: number {number}"

    await asyncio.gather(*(one(number) for number in range(32)))
    # Left in the middle: by closing a stream, and by cancelling the task.
    stream = await several.chat.completions.create(model="endless", messages=MESSAGES, stream=True)
    async for _ in stream:
        break
    await stream.close()
    task = asyncio.create_task(several.chat.completions.create(model="endless", messages=MESSAGES))
    while running() == 0:
        await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    while running() != 0:
        await asyncio.sleep(0)
    await several.close()


def inspected():
    from inspect_ai import Task, eval as evaluate
    from inspect_ai.dataset import Sample
    from inspect_ai.model import GenerateConfig, get_model
    from inspect_ai.scorer import exact
    from inspect_ai.solver import generate

    model = get_model(
        "openai-api/keel/echo", base_url=BASE, api_key=TOKEN,
        config=GenerateConfig(temperature=0, seed=1, max_tokens=64, logprobs=True, top_logprobs=2),
    )
    samples = [Sample(input=f"question {number}", target=f"user: question {number}") for number in range(5)]
    log = evaluate(Task(dataset=samples, solver=generate(), scorer=exact()), model=model, display="none",
                   log_dir=tempfile.mkdtemp())[0]
    assert log.status == "success", log.error
    assert log.results.scores[0].metrics["accuracy" if "accuracy" in log.results.scores[0].metrics else "mean"].value == 1


os.environ.setdefault("INSPECT_EVAL_LOG_FILE_PATTERN", "{task}")
for check in (whole, streamed, logprobs, listed, refused):
    check()
asyncio.run(concurrent())
inspected()
print("all is well")
