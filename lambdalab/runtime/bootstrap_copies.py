"""The Python runtime's part for SnapStart: an initialised process that makes copies of itself.

On AWS the memory and disk of a microVM are kept and restored. Here the process forks whenever the lab says so over a
socket; the copy gets an output, a Runtime API and a /tmp of its own and goes on as a restored environment does. Loaded
by `bootstrap.py` when it is needed, from that file's own helpers. Follows
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks.html; lesson 03.
"""

import _socket
import json
import os
import signal
import sys


class Template:
    """This process, initialised, until the lab ends it."""

    def __init__(self, client, runtime):
        number, self.tmp_mb = (int(part) for part in os.environ.pop("LAMBDALAB_SNAPSHOT").split())
        self.control = _socket.socket(fileno=number)
        self.client, self.runtime = client, runtime
        self.copies = set()

    def wait(self):
        """Copy this process for every order, for ever; return only in a copy."""
        signal.signal(signal.SIGCHLD, self.reap)
        self.client.say("GET", "/restore/next")
        while True:
            order, descriptors, _, _ = self.control.recvmsg(65536, _socket.CMSG_SPACE(4))
            if not order:
                os._exit(0)  # the lab is gone: so are we
            output = int.from_bytes(descriptors[0][2][:4], sys.byteorder)
            self.runtime["flush"]()
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
            random = sys.modules.get("random")
            state = random.getstate() if random else None
            pid = os.fork()
            if pid == 0:
                if random:
                    random.setstate(state)  # Python seeds it anew in a fork; restored memory goes on as it was
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
                return self.become(json.loads(order), output)
            os.close(output)
            self.copies.add(pid)
            self.control.sendall(f"copied {pid}\n".encode())
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])

    def become(self, variables, output):
        """Turn a fresh copy into an environment of its own."""
        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        self.control.close()
        self.client.socket.close()
        os.environ.update(variables)
        if "own_tmp" in self.runtime:  # given by the sandbox, where there is one
            self.runtime["own_tmp"](self.tmp_mb)

    def reap(self, *_):
        """Tell the lab which copy ended, and how."""
        for pid in list(self.copies):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self.copies.discard(pid)
                self.control.sendall(f"ended {pid} {os.waitstatus_to_exitcode(status)}\n".encode())


def run_hooks(which):
    """Run the hooks that the function registered with `snapshot_restore_py`, if it imported it."""
    registry = sys.modules.get("snapshot_restore_py")
    hooks = getattr(registry, f"get_{which}")() if registry else []
    for function, arguments, keywords in reversed(hooks) if which == "before_snapshot" else hooks:
        function(*arguments, **keywords)


def take_snapshot(client, runtime):
    """Run the before-hooks, wait to be copied, and in the copy run the after-hooks; the copy's client.

    Args:
        runtime: the names of `bootstrap.py`.
    """
    try:
        threading = sys.modules.get("threading")
        if threading and threading.active_count() > 1:
            raise RuntimeError("a process with threads cannot be copied here: start threads in the handler instead")
        run_hooks("before_snapshot")
    except Exception as wrong:
        runtime["give_up"](client, "/init/error", "Runtime.BeforeSnapshotError", wrong, 64)
    Template(client, runtime).wait()
    client = runtime["RuntimeClient"](os.environ["AWS_LAMBDA_RUNTIME_API"])
    client.exchange("GET", "/restore/next")
    try:
        run_hooks("after_restore")
    except Exception as wrong:
        runtime["give_up"](client, "/restore/error", "Runtime.AfterRestoreError", wrong, 65)
    return client
