"""Lets containers reach services that listen on loopback alone.

    python3 sam-local/forward.py ADDRESS PORT…

Listens on ADDRESS, the engine's bridge as the host sees it, and hands every connection on to 127.0.0.1 at the same port.
A container is never on the host's own network under `sam local`, so 127.0.0.1 is the container itself. Docker Desktop
forwards `host.docker.internal` by itself; an engine on Linux does not. Ends on SIGTERM and on Ctrl-C.
"""

import asyncio
import signal
import sys

CHUNK = 64 * 1024  # bytes


async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Copies until the source ends, and tells the target so."""
    try:
        while data := await source.read(CHUNK):
            target.write(data)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()
    except ConnectionError:
        # One side is gone, and so the other is of no use.
        target.close()


def to_loopback(port: int):
    """What to do with a connection to this port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            service_reader, service_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            # Refused there, so refused here, as nearly as an accepted connection can be.
            writer.transport.abort()
            return
        try:
            await asyncio.gather(copy(reader, service_writer), copy(service_reader, writer))
        finally:
            service_writer.close()
            writer.close()

    return serve


async def main(address: str, ports: list[int]) -> None:
    """Listens until a signal comes."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    for port in ports:
        try:
            await asyncio.start_server(to_loopback(port), address, port)
        except OSError as error:
            raise SystemExit(f"forward.py: {error.strerror}") from error
    print(f"forwarding {address} to 127.0.0.1, ports {' '.join(map(str, ports))}", flush=True)
    await ended.wait()


if __name__ == "__main__":
    if len(sys.argv) < 3 or not all(port.isdecimal() for port in sys.argv[2:]):
        raise SystemExit("usage: python3 sam-local/forward.py ADDRESS PORT…")
    asyncio.run(main(sys.argv[1], [int(port) for port in sys.argv[2:]]))
