"""Starts programs with sockets, as systemd does, and is what they tell of themselves.

activate.py run OPTION... SOCKET... -- COMMAND...    becomes the command
activate.py hold OPTION... SOCKET... -- COMMAND...   starts the command whenever it does not run and a client waits, and
                                                     ends it for each line of standard input, which ends all;
                                                     the line "kill" kills it
activate.py receive SOCKET                           prints the datagrams that come; until standard input ends
activate.py deaf SOCKET                              takes no datagram, for its queue is full; until standard input ends

OPTION: stdin, which passes the only socket as standard input; pid=N, names=A:B and fds=N for another LISTEN_PID,
LISTEN_FDNAMES and LISTEN_FDS. SOCKET: listen:PATH, bound:PATH, datagram:PATH, seqpacket:PATH, connected, tcp, file or closed.
PATH may be @NAME.
"""

import ctypes
import os
import select
import signal
import socket
import sys
import tempfile

FIRST = 3
SPARE = 100
TYPES = {"datagram": socket.SOCK_DGRAM, "seqpacket": socket.SOCK_SEQPACKET}
PR_SET_PDEATHSIG = 1

kept = []


def at(path):
    return "\0" + path[1:] if path.startswith("@") else path


def opened(what):
    """The descriptor of a socket; None for one that is not open."""
    kind, _, path = what.partition(":")
    if kind == "closed":
        return None
    if kind == "file":
        made = tempfile.TemporaryFile()
    elif kind == "connected":
        made, other = socket.socketpair()
        kept.append(other)
    elif kind == "tcp":
        made = socket.create_server(("127.0.0.1", 0))
    else:
        made = socket.socket(socket.AF_UNIX, TYPES.get(kind, socket.SOCK_STREAM))
        made.bind(at(path))
        if kind in ("listen", "seqpacket"):
            made.listen(16)
    kept.append(made)
    return made.fileno()


def become(options, fds, command):
    if "stdin" in options:
        os.dup2(fds[0], 0)
    else:
        # Those from SPARE on stay open: whoever passes a socket on has it open as well.
        spares = [None if fd is None else os.dup(fd) for fd in fds]
        high = [None if fd is None else os.dup2(fd, SPARE + i) for i, fd in enumerate(spares)]
        os.closerange(FIRST, SPARE)
        for i, fd in enumerate(high):
            if fd is not None:
                os.dup2(fd, FIRST + i)
        os.environ["LISTEN_FDS"] = options.get("fds", str(len(fds)))
        os.environ["LISTEN_PID"] = options.get("pid", str(os.getpid()))
        if "names" in options:
            os.environ["LISTEN_FDNAMES"] = options["names"]
    os.execvp(command[0], command)


def hold(options, fds, command):
    def begin():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        become(options, fds, command)

    while True:
        ready, _, _ = select.select([sys.stdin, fds[0]], [], [])
        if sys.stdin in ready:
            return
        print("activating", flush=True)
        child = os.fork()
        if child == 0:
            begin()
        line = os.read(0, 100)
        if not line:
            return
        os.kill(child, signal.SIGKILL if line == b"kill\n" else signal.SIGTERM)
        os.waitpid(child, 0)
        print("ended", flush=True)


def receive(path):
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind(at(path))
    print("receiving", flush=True)
    while True:
        ready, _, _ = select.select([sys.stdin, receiver], [], [])
        if sys.stdin in ready:
            return
        print("received " + receiver.recv(4096).decode(), flush=True)


def deaf(path):
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind(at(path))
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.setblocking(False)
    try:
        while True:
            sender.sendto(b"x", at(path))
    except BlockingIOError:
        print("deaf", flush=True)
    sys.stdin.read()


def main(mode, *rest):
    if mode in ("receive", "deaf"):
        {"receive": receive, "deaf": deaf}[mode](rest[0])
        return
    end = rest.index("--")
    options, sockets = {}, []
    for word in rest[:end]:
        name, _, value = word.partition("=")
        if name in ("stdin", "pid", "names", "fds"):
            options[name] = value
        else:
            sockets.append(word)
    {"run": become, "hold": hold}[mode](options, [opened(s) for s in sockets], list(rest[end + 1 :]))


main(*sys.argv[1:])
