// The Node.js runtime: the program that every Node.js execution environment runs.
//
// On AWS this is `aws-lambda-ric` as /var/runtime/index.mjs, and so it is called here. It loads the handler, asks the
// Runtime API for an event, calls the handler, sends the answer, and asks again. A handler may be async, or take a
// callback; console lines carry the request id. Left out: response streaming, logs as JSON, and the AWS SDK, which a
// function brings along itself.

import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import util from "node:util";

const { env } = process;
const TASK_ROOT = env.LAMBDA_TASK_ROOT;
const RUNTIME_DIR = path.dirname(fileURLToPath(import.meta.url));
const [HOST, PORT] = env.AWS_LAMBDA_RUNTIME_API.split(":");
const require = createRequire(import.meta.url);

// -- the Runtime API ------------------------------------------------------------------------------------------------

const agent = new http.Agent({ keepAlive: true });

/** One request; the answer's headers (names in lower case) and body. */
function exchange(method, where, body = "", headers = {}) {
  return new Promise((resolve, reject) => {
    const options = { agent, host: HOST, port: PORT, method, path: `/2018-06-01/runtime${where}` };
    const request = http.request({ ...options, headers: { ...headers, "Content-Length": Buffer.byteLength(body) } });
    request.on("error", reject);
    request.on("response", (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(parts).toString() }));
    });
    request.end(body);
  });
}

/** Report an error in AWS's shape. */
function postError(where, error) {
  const shape = describe(error);
  const kind = String(shape.errorType).replace(/[^\x20-\x7e]/g, "?"); // all that a header may carry
  return exchange("POST", where, JSON.stringify(shape), { "Lambda-Runtime-Function-Error-Type": kind });
}

// -- errors ---------------------------------------------------------------------------------------------------------

/** The runtime's own complaint, such as Runtime.HandlerNotFound. */
class Fault extends Error {
  constructor(name, text) {
    super(text);
    Object.defineProperty(this, "name", { value: `Runtime.${name}` }); // not enumerable: it is logged once
  }
}

/** The function's folder and ours, named as on AWS. */
function asOnAws(text) {
  return String(text).replaceAll(TASK_ROOT, "/var/task").replaceAll(RUNTIME_DIR, "/var/runtime");
}

/** AWS's error object; what is thrown need not be an Error. */
function describe(error) {
  if (!util.types.isNativeError(error) && !(error?.name && error.message && error.stack)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return { errorType: error.name, errorMessage: asOnAws(error.message), trace: asOnAws(error.stack).split("\n") };
}

/** The line that AWS logs of an error: its own fields, and the trace under the name `stack`. */
function logError(what, error) {
  const native = error instanceof Error ? error : new Error(error);
  let text;
  try {
    text = JSON.stringify(native, withFields);
  } catch { // it holds itself, or a BigInt
    text = JSON.stringify(describe(native));
  }
  console.error(what, `\t${text}`);
}

function withFields(_key, value) {
  if (!(value instanceof Error)) return value;
  const { errorType, errorMessage, trace } = describe(value);
  return { errorType, errorMessage, code: value.code, ...value, stack: trace };
}

// -- the log --------------------------------------------------------------------------------------------------------

let requestId; // undefined until the first event, and logged so, as on AWS

/** Write to the log and return when it is written, also when the pipe was full. */
function write(text) {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(1, rest));
    } catch (wrong) {
      if (wrong.code !== "EAGAIN") throw wrong;
    }
  }
}

const LEVELS = { trace: "TRACE", debug: "DEBUG", info: "INFO", log: "INFO", warn: "WARN", error: "ERROR", fatal: "FATAL" };
for (const [name, level] of Object.entries(LEVELS)) {
  console[name] = (...said) => {
    const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${util.format(...said)}`;
    write(line.replaceAll("\n", "\r") + "\n"); // one event, however many lines
  };
}

// -- the handler ----------------------------------------------------------------------------------------------------

/** Load the function that `name` speaks of: "file.function", with folders before and properties behind. */
async function loadHandler(name) {
  if (name.includes("..")) {
    throw new Fault("MalformedHandlerName", `'${name}' is not a valid handler name. Use absolute paths when specifying `
      + "root directories in handler names.");
  }
  const [, file, property] = path.basename(name).match(/^([^.]*)\.(.*)$/) ?? [];
  if (file === undefined) throw new Fault("MalformedHandlerName", "Bad handler");
  const module = await loadModule(path.resolve(TASK_ROOT, path.dirname(name), file));
  const handler = property.split(".").reduce((found, key) => found?.[key], module);
  if (!handler) throw new Fault("HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw new Fault("HandlerNotFound", `${name} is not a function`);
  return handler;
}

/** Load the handler's file: CommonJS, or an ES module by its ending or its package.json. */
async function loadModule(stem) {
  const ending = [".js", ".mjs", ".cjs"].find((it) => fs.existsSync(stem + it)) ?? "";
  const file = stem + ending;
  try {
    if (ending === ".mjs" || (ending === ".js" && isModule(path.dirname(file)))) return await import(pathToFileURL(file));
    return require(file);
  } catch (wrong) {
    if (wrong instanceof SyntaxError) throw new Fault("UserCodeSyntaxError", String(wrong));
    if (wrong?.code === "MODULE_NOT_FOUND") throw new Fault("ImportModuleError", missing(wrong, stem));
    throw wrong;
  }
}

/** AWS's words for a module that is not there: the handler's own is called by its short name. */
function missing(wrong, stem) {
  return asOnAws(wrong).replace(`'${asOnAws(stem)}'`, `'${path.basename(stem)}'`);
}

function isModule(folder) {
  const described = path.join(folder, "package.json");
  if (fs.existsSync(described)) return JSON.parse(fs.readFileSync(described, "utf8")).type === "module";
  return folder !== TASK_ROOT && path.dirname(folder) !== folder && isModule(path.dirname(folder));
}

// -- one invocation -------------------------------------------------------------------------------------------------

let whenIdle = () => {}; // what is to be done when nothing is left to run
process.on("beforeExit", () => whenIdle());

/** Run one event; a promise of {result} or {error}, kept at the moment when AWS would answer. */
function run(handler, event, headers) {
  let resolve;
  const ended = new Promise((kept) => { resolve = kept; }); // the handler is called outside: its trace shows no promise
  let waits = true;
  let called = false; // of all the ways to answer only the first counts
  whenIdle = () => resolve({ result: null }); // a callback that is never called: the answer is null
  const succeed = (result) => {
    whenIdle = () => {};
    resolve({ result });
  };
  const fail = (error) => {
    whenIdle = () => {};
    logError("Invoke Error", error);
    resolve({ error });
  };
  const once = (way) => (...given) => {
    if (!called) way(...given);
    called = true;
  };
  const isGood = (error) => error === undefined || error === null;
  const callback = once((error, result) => {
    if (!isGood(error)) fail(error);
    else if (waits) whenIdle = () => succeed(result);
    else succeed(result);
  });
  const context = {
    get callbackWaitsForEmptyEventLoop() { return waits; },
    set callbackWaitsForEmptyEventLoop(value) { waits = value; },
    succeed: once(succeed),
    fail: once((error) => fail(error ?? "handled")),
    done: once((error, result) => (isGood(error) ? succeed(result) : fail(error))),
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed(headers["lambda-runtime-client-context"]),
    identity: parsed(headers["lambda-runtime-cognito-identity"]),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: requestId,
    tenantId: headers["lambda-runtime-aws-tenant-id"],
    getRemainingTimeInMillis: () => headers["lambda-runtime-deadline-ms"] - Date.now(),
  };
  try {
    const promised = handler(event, context, callback);
    if (typeof promised?.then === "function") promised.then(context.succeed, context.fail);
  } catch (wrong) {
    callback(wrong);
  }
  return ended;
}

function parsed(text) {
  return text === undefined ? undefined : JSON.parse(text);
}

/** The loop of every invocation, from `next` to `response`. */
async function serve(handler) {
  for (;;) {
    const { headers, body } = await exchange("GET", "/invocation/next");
    requestId = headers["lambda-runtime-aws-request-id"];
    env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"] ?? "";
    const { result, error } = await run(handler, JSON.parse(body), headers);
    const where = `/invocation/${requestId}`;
    if (error !== undefined) {
      await postError(`${where}/error`, error);
      continue;
    }
    let answer;
    try {
      answer = JSON.stringify(result) ?? "null";
    } catch { // it holds itself, or a BigInt
      const wrong = new Error("Unable to stringify response body");
      logError("Invoke Error", wrong);
      await postError(`${where}/error`, wrong);
      continue;
    }
    await exchange("POST", `${where}/response`, answer);
  }
}

/** What nobody caught ends the process; it is reported first, as the answer or as the failure to start. */
function giveUp(what, error, code) {
  logError(what, error);
  postError(requestId ? `/invocation/${requestId}/error` : "/init/error", error).finally(() => process.exit(code));
}

process.on("uncaughtException", (error) => giveUp("Uncaught Exception", error, 129));
process.on("unhandledRejection", (reason, promise) => {
  const fault = Object.assign(new Fault("UnhandledPromiseRejection", String(reason)), { reason, promise });
  giveUp("Unhandled Promise Rejection", fault, 128);
});

let handler;
try {
  handler = await loadHandler(env._HANDLER);
} catch (wrong) {
  giveUp("Uncaught Exception", wrong, 129);
}
if (handler) await serve(handler);
