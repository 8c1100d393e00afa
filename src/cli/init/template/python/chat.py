"""Passes every message on to all who are connected.

All of them have to be connected to the same instance: FunctionGraph does not lead clients to one, so the manifest
allows one instance only. For more, share the messages by Redis or the like.

FunctionGraph expects the server of an HTTP function at 127.0.0.1:8000. The gateway passes the whole path of the
trigger on, so the server accepts that same path.
"""

import asyncio

from websockets.asyncio.server import broadcast, serve

PATH = "@PATH@"


def only_our_path(connection, request):
    if request.path.split("?")[0] != PATH:
        return connection.respond(404, f"the WebSocket is at {PATH}\n")
    return None


async def main():
    async def pass_on(connection):
        async for message in connection:
            broadcast(server.connections, message)

    async with serve(pass_on, "127.0.0.1", 8000, process_request=only_our_path) as server:
        print(f"listening on ws://127.0.0.1:8000{PATH}", flush=True)
        await server.serve_forever()


asyncio.run(main())
