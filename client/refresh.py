"""Asks a device to repeat one property.

A mount that tracks perfectly sends nothing for minutes, and pyindi-client has no call that asks again. So one short
connection of our own asks; the answer is given back, it does not reach the library.
"""

import asyncio
from contextlib import suppress

from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.message import Message
from indi_dome_driver.indi.requests import snoop


async def ask_again(host: str, port: int, device: str, name: str, timeout_s: float = 3.0) -> Message | None:
    """Have a property defined anew.

    Args:
        host: of the server.
        port: of the server.
        device: whose property.
        name: which property.
        timeout_s: limit, seconds.

    Returns:
        The definition, or None if nobody answered in time.
    """
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(snoop(device, name))
            decoder = Decoder()
            while data := await reader.read(65536):
                for message in decoder.feed(data):
                    if isinstance(message, Message) and message.tag.startswith("def") and message.name == name:
                        return message
    except (OSError, TimeoutError):
        return None
    finally:
        if writer is not None:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
    return None
