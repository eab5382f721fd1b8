"""Many clients stream from a server at once: does each get its own answer, and how fast?

    python3 Benchmarks/serve/load.py http://127.0.0.1:8080/v1 --clients 64 --seconds 600 --pid PID

First each question is asked alone, greedily; then all clients ask them again and again, side by side.
An answer that equals another question's is *crossed*; one that equals neither is *other*: batches of
different sizes round differently, and a greedy answer can turn where two tokens are as good. Only the
standard library is used, so that the clients take as little as they can of the machine they share.
Prints one JSON line.
"""

import argparse
import asyncio
import json
import time
from urllib.parse import urlsplit


def body(arguments, number):
    return json.dumps(
        {
            "model": arguments.model,
            "messages": [{"role": "user", "content": f"Tell me a short story about the number {number}."}],
            "max_tokens": arguments.tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ).encode()


async def ask(arguments, number):
    """The text of a streamed answer, seconds to its first piece, and its tokens."""
    url = urlsplit(arguments.base)
    reader, writer = await asyncio.open_connection(url.hostname, url.port, limit=1 << 20)
    try:
        data = body(arguments, number)
        token = f"Authorization: Bearer {arguments.token}\r\n" if arguments.token else ""
        writer.write(
            f"POST {url.path}/chat/completions HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: application/json\r\n"
            f"{token}Connection: close\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data
        )
        start, first, text, tokens, ended = time.monotonic(), None, [], 0, False
        status = ((await reader.readline()).split() + [b"", b"none"])[1]
        if status != b"200":
            raise RuntimeError(f"status {status.decode()}: {(await reader.read(2000))[-300:]!r}")
        async for line in reader:
            if not line.startswith(b"data: "):
                continue
            if line.startswith(b"data: [DONE]"):
                ended = True
                continue
            event = json.loads(line[6:])
            if "error" in event:
                raise RuntimeError(event["error"]["message"])
            if event.get("usage"):
                tokens = event["usage"]["completion_tokens"]
            for choice in event["choices"]:
                piece = choice["delta"].get("content")
                if piece:
                    first = first or time.monotonic() - start
                    text.append(piece)
        if not ended:
            raise RuntimeError("the stream broke off")
        return "".join(text), first or 0.0, tokens
    finally:
        writer.close()


def memory(pid):
    if not pid:
        return None
    try:
        with open(f"/proc/{pid}/status") as status:
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS")), None)
    except OSError:  # the server is gone; its clients will say so
        return None


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--token", default="")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--questions", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--timeout", type=float, default=300, help="seconds after which an answer counts as failed")
    parser.add_argument("--pid", type=int, help="process whose memory is watched")
    arguments = parser.parse_args()
    alone = [
        (await asyncio.wait_for(ask(arguments, number), arguments.timeout))[0] for number in range(arguments.questions)
    ]
    counts = {"answers": 0, "same": 0, "other": 0, "crossed": 0, "failed": 0, "tokens": 0}
    firsts, failures, memories = [], [], []
    end = time.monotonic() + arguments.seconds

    async def client(number):
        while time.monotonic() < end:
            question = number % arguments.questions
            number += 7
            try:
                text, first, tokens = await asyncio.wait_for(ask(arguments, question), arguments.timeout)
            except Exception as error:  # whatever it is, it is a failed answer
                counts["failed"] += 1
                failures.append((str(error) or type(error).__name__)[:200])
                await asyncio.sleep(0.1)  # a server that is gone is not asked as fast as can be
                continue
            counts["answers"] += 1
            counts["tokens"] += tokens
            firsts.append(first)
            kind = "same" if text == alone[question] else "crossed" if text in alone else "other"
            counts[kind] += 1

    async def watch():
        while True:
            memories.append(memory(arguments.pid))
            await asyncio.sleep(max(1, arguments.seconds / 20))

    start = time.monotonic()
    watcher = asyncio.create_task(watch())
    await asyncio.gather(*(client(number) for number in range(arguments.clients)))
    seconds = time.monotonic() - start
    watcher.cancel()
    firsts.sort()
    at = lambda share: round(firsts[min(len(firsts) - 1, int(share * len(firsts)))], 3) if firsts else None
    print(
        json.dumps(
            {
                **counts,
                "clients": arguments.clients,
                "seconds": round(seconds, 1),
                "tokens_per_second": round(counts["tokens"] / seconds, 1),
                "first_piece_seconds": {"median": at(0.5), "p95": at(0.95)},
                "memory_mb": [round(one) for one in memories if one],
                "failures": failures[:5],
            }
        )
    )


asyncio.run(main())
