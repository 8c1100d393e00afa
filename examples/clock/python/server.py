"""Tells the time to every connected client, every two seconds.

FunctionGraph expects the server of an HTTP function at 127.0.0.1:8000. The gateway passes the whole path of the
trigger on, so the server answers at that same path.
"""

import asyncio
import http
import time

from websockets.asyncio.server import broadcast, serve

PATH = "/websocket_demo"
clients = set()


async def talk(socket):
    clients.add(socket)
    print(f"connected: {len(clients)} in all", flush=True)
    try:
        async for message in socket:
            print(f"received: {message}", flush=True)
    finally:
        clients.discard(socket)
        print(f"closed with {socket.close_code}: {len(clients)} left", flush=True)


def only_our_path(connection, request):
    if request.path.partition("?")[0] != PATH:
        return connection.respond(http.HTTPStatus.BAD_REQUEST, f"the WebSocket is at {PATH}\n")


async def main():
    async with serve(talk, "127.0.0.1", 8000, process_request=only_our_path):
        print(f"listening on ws://127.0.0.1:8000{PATH}", flush=True)
        while True:
            await asyncio.sleep(2)
            broadcast(clients, "Server time: " + time.strftime("%H:%M:%S GMT%z (%Z)"))


asyncio.run(main())
