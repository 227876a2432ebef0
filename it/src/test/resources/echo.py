"""The other side of ByteEcho in Python, on grpcio alone, without generated code.

echo.py [tls FOLDER | mtls FOLDER] serve TARGET        serves until standard input ends
echo.py [tls FOLDER | mtls FOLDER] call TARGET CHECK   makes calls: kinds SIZE, metadata, limit, deadline, cancel,
                                                       gzip SIZE, many N, early or load; prints "passed"

FOLDER has PEM files: server.pem, server.key, client.pem and client.key, each certificate signed by itself.
"""

import itertools
import os
import sys
import threading
import time
from concurrent import futures

import grpc

SERVICE = "grpcuds.test.ByteEcho"
REPEATS = 3
LIMIT_SECONDS = 60
CALLERS = 16


def say(line):
    print(line, flush=True)


def echo(request, context):
    received = dict(context.invocation_metadata())
    if "tag" in received:
        context.send_initial_metadata((("tag", "got " + received["tag"]),))
        context.set_trailing_metadata((("data-bin", received["data-bin"]),))
    return request


def wait(request, context):
    ended = threading.Event()
    context.add_callback(ended.set)
    say("wait began")
    ended.wait()
    say("wait ended")
    return iter([])


class Tls:
    def __init__(self, kind, folder):
        self.mutual = kind == "mtls"
        self.folder = folder

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def serving(self):
        pair = (self.read("server.key"), self.read("server.pem"))
        trusted = self.read("client.pem") if self.mutual else None
        return grpc.ssl_server_credentials([pair], trusted, self.mutual)

    def calling(self):
        own = (self.read("client.key"), self.read("client.pem")) if self.mutual else ()
        return grpc.ssl_channel_credentials(self.read("server.pem"), *own)


def serve(tls, target):
    methods = {
        "Echo": grpc.unary_unary_rpc_method_handler(echo),
        "Join": grpc.stream_unary_rpc_method_handler(lambda requests, _: b"".join(requests)),
        "Repeat": grpc.unary_stream_rpc_method_handler(lambda request, _: iter([request] * REPEATS)),
        "Chat": grpc.stream_stream_rpc_method_handler(lambda requests, _: requests),
        "Wait": grpc.unary_stream_rpc_method_handler(wait),
    }
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))
    if tls:
        server.add_secure_port(target, tls.serving())
    else:
        server.add_insecure_port(target)
    server.start()
    say("listening")
    sys.stdin.read()
    server.stop(0).wait()


def path(method):
    return "/%s/%s" % (SERVICE, method)


def call_kinds(channel, size):
    message = os.urandom(int(size))
    messages = [message] * REPEATS
    timeout = {"timeout": LIMIT_SECONDS}
    assert channel.unary_unary(path("Echo"))(message, **timeout) == message
    assert channel.stream_unary(path("Join"))(iter(messages), **timeout) == b"".join(messages)
    assert list(channel.unary_stream(path("Repeat"))(message, **timeout)) == messages
    assert list(channel.stream_stream(path("Chat"))(iter(messages), **timeout)) == messages


def call_metadata(channel):
    data = bytes(range(256))
    response, call = channel.unary_unary(path("Echo")).with_call(
        b"", timeout=LIMIT_SECONDS, metadata=(("tag", "x"), ("data-bin", data))
    )
    assert dict(call.initial_metadata())["tag"] == "got x", call.initial_metadata()
    assert dict(call.trailing_metadata())["data-bin"] == data, call.trailing_metadata()


def call_deadline(channel):
    call_kinds(channel, 0)  # so that what follows has a connection
    # The server may be first to notice, and says the same.
    calls = [channel.unary_stream(path("Wait"))(b"", timeout=1.5 + i / 100) for i in range(30)]
    codes = [call.code() for call in calls]
    assert set(codes) == {grpc.StatusCode.DEADLINE_EXCEEDED}, codes


def call_limit(channel):
    call_kinds(channel, 0)
    try:
        channel.unary_unary(path("Echo"))(
            b"", timeout=LIMIT_SECONDS, metadata=(("x", "a" * 10000),)
        )
        assert False, "no error"
    except grpc.RpcError as e:
        assert e.code() == grpc.StatusCode.RESOURCE_EXHAUSTED, e
    call_kinds(channel, 0)


def call_gzip(channel, size):
    message = b"gzip" * (int(size) // 4)
    gzip = grpc.Compression.Gzip
    answer = channel.unary_unary(path("Echo"))(message, timeout=LIMIT_SECONDS, compression=gzip)
    assert answer == message


def call_many(channel, calls):
    echo_later = channel.unary_unary(path("Echo")).future
    messages = [str(i).encode() for i in range(int(calls))]
    answers = [echo_later(message, timeout=LIMIT_SECONDS) for message in messages]
    assert [answer.result() for answer in answers] == messages


def call_cancel(channel):
    call = channel.unary_stream(path("Wait"))(b"", timeout=LIMIT_SECONDS)
    call.initial_metadata()  # waits for it: the call has reached its handler
    call.cancel()
    assert call.code() == grpc.StatusCode.CANCELLED, call


def unavailable(channel, message, **options):
    """Whether a call is UNAVAILABLE; else it has its answer."""
    try:
        answer = channel.unary_unary(path("Echo"))(message, timeout=LIMIT_SECONDS, **options)
        assert answer == message
        return False
    except grpc.RpcError as e:
        assert e.code() == grpc.StatusCode.UNAVAILABLE, e
        return True


def served(channel, message):
    """Once there is a server. A call may still meet the connection to the one before it."""
    end = time.monotonic() + LIMIT_SECONDS
    while unavailable(channel, message, wait_for_ready=True):
        assert time.monotonic() < end, "no server"


def call_early(channel):
    """Before there is a server."""
    assert unavailable(channel, b"")
    say("unavailable")
    served(channel, b"early")


def call_load(channel):
    """Calls without a pause while the server is killed and started again: each is answered, or UNAVAILABLE."""

    def load(caller):
        for i in itertools.count():
            if unavailable(channel, b"%d:%d" % (caller, i)):
                return
            if i == 0:
                say("answered")

    with futures.ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(load, range(CALLERS)))
    say("unavailable")
    for caller in range(CALLERS):
        served(channel, b"%d:again" % caller)


def main(*arguments):
    tls = None
    if arguments[0] in ("tls", "mtls"):
        tls = Tls(*arguments[:2])
        arguments = arguments[2:]
    role, target, *check = arguments
    if role == "serve":
        serve(tls, target)
        return
    with grpc.secure_channel(target, tls.calling()) if tls else grpc.insecure_channel(target) as channel:
        globals()["call_" + check[0]](channel, *check[1:])
    say("passed")


main(*sys.argv[1:])
