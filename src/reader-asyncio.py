"""Runs sequences of operations on asyncio.StreamReader; see reader-asyncio.test.ts.

stdin: a JSON list of {"limit": n, "ops": [[name, argument], ...]}.
stdout: for each sequence the list of events, in their order: what each operation gave, and what the
reader asked of its transport.
"""

import asyncio
import json
import sys


class Transport:
    def __init__(self, events):
        self.events = events

    def pause_reading(self):
        self.events.append("pause")

    def resume_reading(self):
        self.events.append("resume")


def outcome(error):
    if isinstance(error, asyncio.IncompleteReadError):
        return f"incomplete {error.partial.decode('latin1')} of {error.expected}"
    if isinstance(error, asyncio.LimitOverrunError):
        return f"limit at {error.consumed}"
    return {
        AssertionError: "after eof",
        RuntimeError: "already waiting",
        ValueError: "bad value",
        ConnectionResetError: "failed",
    }[type(error)]


async def run(limit, ops):
    events = []
    reader = asyncio.StreamReader(limit=limit)
    reader.set_transport(Transport(events))
    reads = {
        "read": lambda n: reader.read(n),
        "exactly": lambda n: reader.readexactly(n),
        "until": lambda separator: reader.readuntil(separator.encode("latin1")),
        "line": lambda _: reader.readline(),
    }
    tasks = []

    async def record(index, read):
        try:
            data = await read
            events.append(f"{index} {data.decode('latin1')}")
        except Exception as error:
            events.append(f"{index} {outcome(error)}")

    for index, (name, argument) in enumerate(ops):
        if name in reads:
            tasks.append(asyncio.create_task(record(index, reads[name](argument))))
        elif name == "feed":
            try:
                reader.feed_data(argument.encode("latin1"))
            except AssertionError as error:
                events.append(f"{index} {outcome(error)}")
        elif name == "eof":
            reader.feed_eof()
        elif name == "fail":
            reader.set_exception(ConnectionResetError())
        else:
            events.append(f"{index} {'true' if reader.at_eof() else 'false'}")
        for _ in range(4):
            await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return events


async def main():
    sequences = json.load(sys.stdin)
    json.dump([await run(one["limit"], one["ops"]) for one in sequences], sys.stdout)


asyncio.run(main())
