"""An SMTP server that receives, and does what it is told: orders come as lines of JSON, mails and answers go out as such."""

import asyncio
import base64
import collections
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

settings = json.loads(sys.argv[1])
orders = collections.deque()
release = asyncio.Event()


def say(**fields):
    print(json.dumps(fields), flush=True)


class Receiver:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if orders and orders[0] == "RefuseRecipient":
            orders.popleft()
            say(tried="RefuseRecipient")
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        order = orders.popleft() if orders else "Accept"
        if order == "Later":
            say(tried=order)
            return "451 4.3.0 Try again later"
        if order == "Refuse":
            say(tried=order)
            return "554 5.7.1 Not wanted"
        if order == "Hold":
            say(tried=order)
            await release.wait()
            release.clear()
        say(
            mail=base64.b64encode(envelope.original_content).decode(),
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            tls=session.ssl is not None or settings["security"] == "Tls",
            user=session.auth_data.login.decode() if session.authenticated else None,
        )
        if order == "LoseAnswer":
            server.transport.abort()
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    isKnown = (data.login.decode(), data.password.decode()) == (settings["user"], settings["password"])
    return AuthResult(success=isKnown, handled=False, auth_data=data)


async def main():
    context = None
    if settings["security"] != "None":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings["certificate"], settings["key"])
    starttls = settings["security"] == "StartTls"

    def session():
        options = {"authenticator": authenticate, "auth_required": True} if settings["user"] else {}
        return SMTP(
            Receiver(), hostname="mail.test", enable_SMTPUTF8=True, tls_context=context if starttls else None, require_starttls=starttls,
            auth_require_tls=starttls, loop=asyncio.get_running_loop(), **options)

    server = await asyncio.get_running_loop().create_server(
        session, "127.0.0.1", settings["port"], ssl=context if settings["security"] == "Tls" else None)
    say(port=server.sockets[0].getsockname()[1])
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    # Whoever has started it is gone when its standard input ends.
    while line := await lines.readline():
        order = json.loads(line)
        orders.extend(order.get("orders", []))
        if order.get("release"):
            release.set()
        say(heard=True)


asyncio.run(main())
