"""Tells the time to every connected client, every two seconds.

FunctionGraph expects the server of an HTTP function at 127.0.0.1:8000. The gateway passes the whole path of the
trigger on, so the server accepts that same path.
"""

import asyncio
import time

from websockets.asyncio.server import serve

PATH = "@PATH@"


def only_our_path(connection, request):
    if request.path.split("?")[0] != PATH:
        return connection.respond(404, f"the WebSocket is at {PATH}\n")
    return None


async def tell_the_time(connection):
    while True:
        await connection.send(f"Server time: {time.strftime('%H:%M:%S %z')}")
        await asyncio.sleep(2)


async def main():
    async with serve(tell_the_time, "127.0.0.1", 8000, process_request=only_our_path) as server:
        print(f"listening on ws://127.0.0.1:8000{PATH}", flush=True)
        await server.serve_forever()


asyncio.run(main())
