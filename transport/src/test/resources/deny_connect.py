"""Runs a program in which connect(2) fails with an error: deny_connect.py ERRNO PROGRAM [ARGUMENT ...]"""

import ctypes
import os
import platform
import struct
import sys

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
SECCOMP_RET_ALLOW = 0x7FFF0000
SECCOMP_RET_ERRNO = 0x00050000
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
CONNECT = {"x86_64": 42, "aarch64": 203}


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def instruction(code, yes, no, value):
    return struct.pack("HBBI", code, yes, no, value)


def forbid_connect(errno):
    instructions = [
        instruction(LOAD_WORD, 0, 0, 0),  # the system call's number
        instruction(JUMP_IF_EQUAL, 0, 1, CONNECT[platform.machine()]),
        instruction(RETURN, 0, 0, SECCOMP_RET_ERRNO | errno),
        instruction(RETURN, 0, 0, SECCOMP_RET_ALLOW),
    ]
    program = Program(len(instructions), b"".join(instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    failed = libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0
    )
    if failed:
        sys.exit("no seccomp: " + os.strerror(ctypes.get_errno()))


forbid_connect(int(sys.argv[1]))
os.execvp(sys.argv[2], sys.argv[2:])
