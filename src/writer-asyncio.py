"""Runs sequences of operations on asyncio.StreamWriter; see writer-asyncio.test.ts.

stdin: a JSON list of lists of [name, argument].
stdout: for each sequence the list of events, in their order: what each operation gave, and what the
writer asked of its transport.
"""

import asyncio
import json
import sys


class Transport(asyncio.Transport):
    def __init__(self, events):
        super().__init__()
        self.events = events
        self.closing = False

    def write(self, data):
        self.events.append(f"write {len(data)}")

    def writelines(self, lines):
        self.write(b"".join(lines))

    def write_eof(self):
        self.events.append("eof")

    def close(self):
        self.events.append("close")
        self.closing = True

    def is_closing(self):
        return self.closing


def outcome(error):
    return "lost" if str(error) == "Connection lost" else str(error)


async def run(ops):
    events = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)
    reader = asyncio.StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport = Transport(events)
    protocol.connection_made(transport)
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    paused = lost = False
    tasks = []

    async def wait(index, awaitable):
        try:
            await awaitable
            events.append(f"{index} done")
        except Exception as error:
            events.append(f"{index} {outcome(error)}")

    for index, (name, argument) in enumerate(ops):
        if name == "write":
            writer.write(b"x" * argument)
        elif name == "writeLines":
            writer.writelines([b"x" * argument, b"", b"y"])
        elif name == "eof":
            writer.write_eof()
        elif name == "close":
            writer.close()
        elif name == "isClosing":
            events.append(f"{index} {str(writer.is_closing()).lower()}")
        elif name == "drain":
            tasks.append(asyncio.create_task(wait(index, writer.drain())))
        elif name == "waitClosed":
            tasks.append(asyncio.create_task(wait(index, writer.wait_closed())))
        elif name == "pause" and not paused:
            paused = True
            protocol.pause_writing()
        elif name == "resume" and paused:
            paused = False
            protocol.resume_writing()
        elif name == "fail":
            reader.set_exception(ConnectionResetError("failed"))
        elif name == "lose" and not lost:
            lost = transport.closing = True
            protocol.connection_lost(ConnectionResetError(argument) if argument else None)
        for _ in range(8):
            await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # A copy: a writer that is collected closes its transport, which is logged.
    return list(events)


async def main():
    print(json.dumps([await run(ops) for ops in json.load(sys.stdin)]))


asyncio.run(main())
