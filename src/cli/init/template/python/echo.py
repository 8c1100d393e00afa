"""Sends every message back to the client that it came from.

FunctionGraph expects the server of an HTTP function at 127.0.0.1:8000. The gateway passes the whole path of the
trigger on, so the server accepts that same path.
"""

import asyncio

from websockets.asyncio.server import serve

PATH = "@PATH@"


def only_our_path(connection, request):
    if request.path.split("?")[0] != PATH:
        return connection.respond(404, f"the WebSocket is at {PATH}\n")
    return None


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def main():
    async with serve(echo, "127.0.0.1", 8000, process_request=only_our_path) as server:
        print(f"listening on ws://127.0.0.1:8000{PATH}", flush=True)
        await server.serve_forever()


asyncio.run(main())
