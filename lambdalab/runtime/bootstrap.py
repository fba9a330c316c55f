"""The Python runtime: the program that every Python execution environment runs.

On AWS this is `awslambdaric` under a `bootstrap` file. Here it is one file of the standard library only, started as
`python -I -S -B`, talking to the Runtime API over one raw socket, because importing `http.client` would triple the
start. It imports the handler, asks for an event, calls the handler, sends the answer, and asks again. For SnapStart it
stops before the first event, to be copied: see `bootstrap_copies.py`.
"""

import _socket
import json
import os
import sys
import time

TASK_ROOT = os.environ["LAMBDA_TASK_ROOT"]
API = "/2018-06-01/runtime"
HERE = (lambda: 0).__code__.co_filename
OWN = os.path.dirname(HERE)


class Fault(Exception):
    """The runtime's own complaint: AWS's error type, its text, and a trace where there is one to show."""

    def __init__(self, kind, text, trace=()):
        super().__init__(text)
        self.kind, self.text, self.trace = kind, text, list(trace)


class RuntimeClient:
    """One kept connection to the Runtime API."""

    def __init__(self, address):
        host, port = address.split(":")
        self.host = address
        self.socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        self.socket.connect((host, int(port)))
        self.socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)

    def say(self, method, path, body=b"", headers=""):
        """Send one request."""
        head = f"{method} {API}{path} HTTP/1.1\r\nHost: {self.host}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)

    def exchange(self, method, path, body=b"", headers=""):
        """Send one request and return the answer's headers (names in lower case) and body."""
        self.say(method, path, body, headers)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        top, _, rest = data.partition(b"\r\n\r\n")
        lines = top.decode("latin-1").split("\r\n")[1:]
        found = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        parts, missing = [rest], int(found.get("content-length", 0)) - len(rest)
        while missing > 0:
            parts.append(self._receive())
            missing -= len(parts[-1])
        return found, b"".join(parts)

    def _receive(self):
        data = self.socket.recv(65536)
        if not data:
            os._exit(0)  # the lab is gone: so are we
        return data

    def next(self):
        return self.exchange("GET", "/invocation/next")

    def respond(self, request_id, body):
        self.exchange("POST", f"/invocation/{request_id}/response", body)

    def fail(self, path, error, kind=None):
        header = f"Lambda-Runtime-Function-Error-Type: {kind or error['errorType']}\r\n"
        self.exchange("POST", path, json.dumps(error, ensure_ascii=False).encode("utf-8", "backslashreplace"), header)


class Fields:
    """An object with the fields of `names`, None where nothing was given, shown as AWS shows it."""

    names = ()

    def __init__(self, given):
        for name in self.names:
            setattr(self, name, given.get(name))

    def __repr__(self):
        return f"{type(self).__name__}([{','.join(f'{name}={getattr(self, name)}' for name in self.names)}])"


class CognitoIdentity(Fields):
    names = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(Fields):
    names = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(Fields):
    names = ("custom", "env", "client")


class LambdaContext(Fields):
    """What AWS tells the handler about this invocation, beside the event (lesson 02)."""

    names = ("aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb")
    names += ("function_version", "invoked_function_arn", "client_context", "identity", "tenant_id")
    client_context = None
    tenant_id = None

    def __init__(self, headers):
        environ = os.environ
        self.function_name = environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = environ.get("AWS_LAMBDA_LOG_GROUP_NAME")  # neither is there with SnapStart
        self.log_stream_name = environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self._deadline_ms = int(headers["lambda-runtime-deadline-ms"])
        self.identity = CognitoIdentity({})
        if "lambda-runtime-client-context" in headers:
            self.client_context = client_context(headers["lambda-runtime-client-context"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, text):
        sys.stdout.write(str(text))


def client_context(text):
    """What the caller sent along, as an object."""
    try:
        found = ClientContext(json.loads(text))
    except ValueError as wrong:
        fault = "Runtime.LambdaContextUnmarshalError"
        raise Fault(fault, f"Unable to parse Client Context JSON: {wrong}") from None
    if found.client is not None:
        found.client = Client(found.client)
    return found


class LoggingHook:
    """Gives the root logger AWS's handler at the moment somebody imports `logging`, which is slow to import."""

    request_id = ""

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        import importlib.util

        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            self.equip(module)

        spec.loader.exec_module = exec_module
        return spec

    def equip(self, logging):
        hook = self

        class Handler(logging.Handler):
            def emit(self, record):
                text = self.format(record).rstrip("\n").replace("\n", "\r")  # one log event, however many lines
                sys.stdout.write(text + "\n")
                sys.stdout.flush()

        class WithRequestId(logging.Filter):
            def filter(self, record):
                record.aws_request_id = hook.request_id
                return True

        form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
        formatter = logging.Formatter(form, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler = Handler()
        handler.setFormatter(formatter)
        handler.addFilter(WithRequestId())
        logging.getLogger().addHandler(handler)


def load_handler(name):
    """Import the module and find the function that `name`, "module.function", speaks of."""
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as wrong:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': {wrong}") from None
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    import importlib

    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as wrong:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {wrong}") from None
    except SyntaxError as wrong:
        trace = [f'  File "{as_on_aws(wrong.filename or "")}" Line {wrong.lineno}\n    {wrong.text}']
        text = f"Syntax error in module '{module_name}': {as_on_aws(str(wrong))}"
        raise Fault("Runtime.UserCodeSyntaxError", text, trace) from None
    if not hasattr(module, function_name):
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'")
    return getattr(module, function_name)


def as_on_aws(text):
    """The path of the function's folder as it is called there."""
    return text.replace(TASK_ROOT, "/var/task")


def encode(answer):
    """The bytes that travel back: bytes go as they are, a Decimal keeps its digits, a named tuple is an object."""
    if isinstance(answer, bytes):
        return answer
    number = f"number {os.urandom(8).hex()} "
    marked = False

    def default(value):
        nonlocal marked
        if isinstance(value, bytes):
            return value.decode()
        if type(value).__name__ == "Decimal":
            if value.is_nan():
                return float("nan")
            marked = True
            return f"{number}{value}"
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")

    try:
        text = json.dumps(with_named(answer), default=default, ensure_ascii=False)
        if marked:
            import re

            text = re.sub(f'"{number}([^"]*)"', r"\1", text)
        return text.encode()
    except Exception as wrong:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {wrong}") from None


def with_named(answer):
    """The same with every named tuple as an object; what goes round in circles is left to json, which says so."""

    def changed(value):
        if isinstance(value, dict):
            return {name: changed(item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return changed(value._asdict()) if hasattr(value, "_asdict") else [changed(item) for item in value]
        return value

    try:
        return changed(answer)
    except RecursionError:
        return answer


def describe(error, request_id):
    """AWS's error object for an exception: the runtime's own frames are cut."""
    if isinstance(error, Fault):
        kind, text, trace = error.kind, error.text, error.trace
    else:
        import traceback

        frames = [f for f in traceback.extract_tb(error.__traceback__) if os.path.dirname(f.filename) != OWN]
        rows = [(as_on_aws(f.filename), f.lineno, f.name, f.line) for f in frames]
        kind, text, trace = type(error).__name__, str(error), traceback.format_list(rows)
    return {"errorMessage": text, "errorType": kind, "requestId": request_id, "stackTrace": trace}


def log_error(error):
    """One log event: the error, then its trace, indented with no-break spaces as AWS does."""
    first = "[ERROR] " + ": ".join(filter(None, (error["errorType"], error["errorMessage"])))
    lines = [first, "Traceback (most recent call last):"]
    for part in [part for row in error["stackTrace"] for part in row.splitlines()]:
        inner = part.lstrip(" ")
        lines.append("\u00a0" * (len(part) - len(inner)) + inner)
    write("\r".join(lines) + "\n")


def write(text):
    """Write to the log; a function that closed its output has none."""
    try:
        sys.stdout.write(text)
    except (ValueError, OSError, AttributeError):
        return


def timestamp():
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"


def flush():
    """What was printed must be in the log before the answer is out, also when the function closed its output."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (ValueError, OSError, AttributeError):
            continue


def serve(client, handler, hook):
    """The loop of every invocation, from `next` to `response`."""
    while True:
        headers, body = client.next()
        hook.request_id = request_id = headers["lambda-runtime-aws-request-id"]
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
        try:
            try:
                event = json.loads(body)
            except ValueError as wrong:
                raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {wrong}") from None
            answer = encode(handler(event, LambdaContext(headers)))
        except Exception as wrong:
            error = describe(wrong, request_id)
            log_error(error)
            flush()
            client.fail(f"/invocation/{request_id}/error", error)
        else:
            flush()
            client.respond(request_id, answer)


def give_up(client, path, kind, wrong, code):
    """Report what went wrong outside the handler, and end."""
    error = describe(wrong, "")
    log_error(error)
    flush()
    client.fail(path, error, kind)
    sys.exit(code)


def copies():
    """The part of the runtime that only SnapStart needs, from the file beside this one."""
    import types

    path = os.path.join(OWN, "bootstrap_copies.py")
    module = types.ModuleType("bootstrap_copies")
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), module.__dict__)
    return module


def main():
    # In AWS's order: the function's own folder, its layers', the runtime's; only then the standard library.
    sys.path[:0] = [TASK_ROOT, *filter(None, os.environ.pop("LAMBDALAB_PATH", "").split(os.pathsep))]
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    sys.stderr.reconfigure(line_buffering=True, errors="backslashreplace")
    hook = LoggingHook()
    sys.meta_path.insert(0, hook)
    client = RuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except Exception as wrong:
        error = describe(wrong, "")
        write(
            f"[WARNING]\t{timestamp()}\t\tLAMBDA_WARNING: Unhandled exception. "
            "The most likely cause is an issue in the function code.\n"
        )
        log_error(error)
        flush()
        client.fail("/init/error", error)
        sys.exit(1)
    if "LAMBDALAB_SNAPSHOT" in os.environ:
        client = copies().take_snapshot(client, globals())
    serve(client, handler, hook)


if __name__ == "__main__":
    main()
