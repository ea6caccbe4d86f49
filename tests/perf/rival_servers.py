# SPDX-License-Identifier: MIT
"""The servers of rivals.py: how each is started, spoken to and named. Each has one process on one
core where it has a choice, a port of its own on loopback, and a directory that is gone afterwards.
"""

import contextlib
import dataclasses
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import typing

from echo_server import EchoServer
from server_process import ServerProcess

TOPIC = "bench"
# Messages that are retained: what `wskit serve pubsub` does without being told.
HISTORY = 1000
CONNECTIONS = 20_000
NCHAN_MODULE = "/usr/lib/nginx/modules/ngx_nchan_module.so"
PUSHPIN_DEFAULTS = "/usr/lib/pushpin/internal.conf"
HERE = os.path.dirname(os.path.abspath(__file__))


@dataclasses.dataclass(frozen=True)
class Dialect:
    """What a client says: the templates of `wskit bench --mode fanout`."""

    hello: str = ""
    subscribe: str = ""
    subscribed: str = ""
    publish: str = "{{payload}}"
    match: str = ""
    ping: str = ""
    pong: str = ""

    def options(self):
        words = ["--topic", TOPIC]
        for name, value in dataclasses.asdict(self).items():
            words += [f"--{name}", value] if value else []
        return words

    def first_messages(self):
        return [message.replace("{{topic}}", TOPIC)
                for message in (self.hello, self.subscribe) if message]


RAW = Dialect()
ORDERED = Dialect(subscribe="subscribe {{topic}}", subscribed="subscribed")
CENTRIFUGO = Dialect(
    hello='{"id":1,"connect":{}}',
    subscribe='{"id":2,"subscribe":{"channel":"{{topic}}"}}',
    subscribed='"subscribe":{',
    publish='{"id":3,"publish":{"channel":"{{topic}}","data":"{{payload}}"}}',
    match="/push/pub/data", ping="{}", pong="{}")


@dataclasses.dataclass(frozen=True)
class Rival:
    """`serve(build, cpu)` is a with statement's ServerProcess; `missing(build)` says why it cannot
    be started, if so; `baselines` are those that it is compared with."""

    name: str
    dialect: Dialect
    serve: typing.Callable
    missing: typing.Callable
    version: typing.Callable
    baselines: tuple = ()


def said_by(*command):
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            check=False)
    return answer.stdout.strip()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_file(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def system_program(name):
    """Its path, also where an ordinary user's PATH does not lead."""
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")


def wskit_program(build):
    return os.path.join(build, "wskit")


@contextlib.contextmanager
def serve_wskit(path, build, cpu):
    with EchoServer(wskit_program(build), cpu=cpu, kind="pubsub") as server:
        server.url = server.url.rstrip("/") + path
        yield server


def wskit_version(build):
    return said_by(wskit_program(build), "--version").split("\n")[0]


def nchan_missing(_build):
    if system_program("nginx") is None:
        return "nginx is not installed"
    return None if os.path.exists(NCHAN_MODULE) else f"there is no {NCHAN_MODULE}"


def nginx_config(port):
    # As root the worker would otherwise be a user who may not enter the directory.
    user = "user root;\n" if os.geteuid() == 0 else ""
    temporary = "".join(f"  {kind}_temp_path {kind};\n"
                        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""load_module {NCHAN_MODULE};
{user}daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log;
events {{ worker_connections {CONNECTIONS}; }}
http {{
  access_log off;
{temporary}  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /pubsub {{
      nchan_pubsub websocket;
      nchan_channel_id {TOPIC};
      nchan_message_buffer_length {HISTORY};
    }}
  }}
}}
"""


@contextlib.contextmanager
def serve_nchan(_build, cpu):
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="wskit-nchan-") as directory:
        config = os.path.join(directory, "nginx.conf")
        write_file(config, nginx_config(port))
        command = [system_program("nginx"), "-p", directory, "-c", config, "-e", "error.log"]
        with ServerProcess(command, cpu=cpu, url=f"ws://127.0.0.1:{port}/pubsub") as server:
            yield server


def debian_version(package):
    return said_by("dpkg-query", "-W", "-f=${Package} ${Version}", package)


def pushpin_missing(_build):
    for name in ("pushpin", "condure", "zurl"):
        if system_program(name) is None:
            return f"{name} is not installed"
    return None


def pushpin_config(directory, port, publish_port):
    return f"""[global]
include={directory}/internal.conf
rundir={directory}/run
ipc_prefix=p-
[runner]
services=condure,zurl,pushpin-proxy,pushpin-handler
http_port=127.0.0.1:{port}
logdir={directory}/log
log_level=1
client_maxconn={CONNECTIONS}
condure_bin=condure
zurl_bin=zurl
[proxy]
routesfile=routes
[handler]
push_in_spec=ipc://{{rundir}}/{{ipc_prefix}}push
push_in_sub_specs=ipc://{{rundir}}/{{ipc_prefix}}push-sub
push_in_http_addr=127.0.0.1
push_in_http_port={publish_port}
command_spec=ipc://{{rundir}}/{{ipc_prefix}}command
message_rate=1000000000
message_hwm=1000000
"""


@contextlib.contextmanager
def serve_pushpin(_build, cpu):
    port, publish_port = free_port(), free_port()
    backend = [sys.executable, "-B", os.path.join(HERE, "pushpin_backend.py"), str(publish_port)]
    with tempfile.TemporaryDirectory(prefix="wskit-pushpin-") as directory, \
            ServerProcess(backend) as application:
        for name in ("run", "log"):
            os.mkdir(os.path.join(directory, name))
        with open(PUSHPIN_DEFAULTS, encoding="ascii") as file:
            # Debian's zurl is a service of its own; this one belongs to the runner.
            internal = file.read().replace("/var/run/zurl/", "{rundir}/{ipc_prefix}")
        write_file(os.path.join(directory, "internal.conf"), internal)
        write_file(os.path.join(directory, "routes"), f"* 127.0.0.1:{application.url},over_http\n")
        config = os.path.join(directory, "pushpin.conf")
        write_file(config, pushpin_config(directory, port, publish_port))
        with ServerProcess(["pushpin", f"--config={config}"], cpu=cpu,
                           url=f"ws://127.0.0.1:{port}/", stdout=subprocess.DEVNULL) as server:
            yield server


def centrifuge_program(build):
    return os.path.join(build, "tests", "perf", "centrifuge_server")


def centrifuge_missing(build):
    program = centrifuge_program(build)
    return None if os.path.exists(program) else f"there is no {program}"


@contextlib.contextmanager
def serve_centrifuge(build, cpu):
    with ServerProcess([centrifuge_program(build)], cpu=cpu) as server:
        yield server


def centrifuge_version(build):
    with open(os.path.join(HERE, "centrifuge", "go.mod"), encoding="ascii") as file:
        library = re.search(r"centrifugal/(centrifuge v\S+)", file.read())[1]
    compiler = said_by("strings", "-n", "6", centrifuge_program(build))
    found = re.search(r"^go1\.[\d.]+$", compiler, re.MULTILINE)
    return library + (f", {found[0]}" if found else "")


def never_missing(_build):
    return None


# The first is the measure of all; the second speaks the protocol of the last.
RIVALS = (
    Rival("wskit", RAW, lambda *a: serve_wskit(f"/t/{TOPIC}?echo=0", *a), never_missing,
          wskit_version),
    Rival("wskit_centrifugo", CENTRIFUGO, lambda *a: serve_wskit("/connection/websocket", *a),
          never_missing, wskit_version, ("wskit",)),
    Rival("nchan", RAW, serve_nchan, nchan_missing,
          lambda _: f"{said_by(system_program('nginx'), '-v')}, "
                    f"{debian_version('libnginx-mod-nchan')}", ("wskit",)),
    Rival("pushpin", ORDERED, serve_pushpin, pushpin_missing,
          lambda _: f"{debian_version('pushpin')}, {debian_version('condure')}", ("wskit",)),
    Rival("centrifuge", CENTRIFUGO, serve_centrifuge, centrifuge_missing, centrifuge_version,
          ("wskit_centrifugo", "wskit")),
)
