"""The runner's side of the protocol: starts a contestant's process, sends commands, measures and ends it."""

import json
import os
import pathlib
import select
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
OWN = ("lacuna", "gzip")  # They run in the environment of the runner.
ENVIRONMENTS = ("keras_mxnet", "keras3", "pytorch", "sklearn", "pyarrow", "polars", "duckdb", "vowpalwabbit")


class Failed(Exception):
    """A contestant cannot run, or did not answer; the text says why."""


class Places:
    """Where contestants are installed. peers: the folder of virtual environments; loops: that of the compiled loops."""

    def __init__(self, peers, loops):
        self.peers, self.loops = pathlib.Path(peers), pathlib.Path(loops)

    def missing(self, peer, case):
        """Why a peer cannot run a case, or None."""
        program = self.program(peer, case)[0]
        if pathlib.Path(program).exists():
            return None
        return "not built" if peer == "loop" else "not installed; ./bench.sh --install"

    def program(self, peer, case):
        """The start of the command line."""
        if peer == "loop":
            own = self.loops / f"loop_{case}"
            # The loop of mlp also runs sections, with other widths.
            return [str(own if own.exists() or case != "sections" else self.loops / "loop_mlp")]
        python = sys.executable if peer in OWN else self.peers / peer / "bin" / "python"
        return [str(python), "-m", f"bench.peers.{peer}"]


class Process:
    """A process started by `command`; `ready` is its answer about the setup."""

    def __init__(self, command, threads=1, patience=900):
        self.patience = patience
        environment = {
            **os.environ,
            **{name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")},
        }
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.buffer = b""
        try:
            self.ready = self._answer()
        except Failed:
            self.end()
            raise

    def ask(self, command):
        """Sends a command and returns its answer. Raises Failed for an error, the end of the process, or a timeout."""
        self.tell(command)
        return self._answer()

    def tell(self, command):
        """Sends a command; answer() waits for its answer."""
        try:
            self.process.stdin.write(command.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Failed(f"ended by itself, code {self.process.wait()}") from None

    def answer(self):
        """The answer to the last command."""
        return self._answer()

    def _answer(self):
        deadline = time.monotonic() + self.patience
        stream = self.process.stdout.fileno()
        while b"\n" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                raise Failed(f"no answer for {self.patience} s")
            part = os.read(stream, 65_536)
            if not part:
                raise Failed(f"ended by itself, code {self.process.wait()}")
            self.buffer += part
        line, self.buffer = self.buffer.split(b"\n", 1)
        try:
            answer = json.loads(line)
        except ValueError:
            raise Failed(f"answered what is no JSON: {line[:100]!r}") from None
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def peak_mb(self):
        """The most memory that the process held so far."""
        try:
            status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        except FileNotFoundError:
            return None
        peak = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(peak[0]) / 1024 if peak else None

    def end(self):
        """Ends the process: first by the command quit, then by force."""
        if self.process.poll() is None:
            try:
                self.process.stdin.write(b"quit\n")
                self.process.stdin.close()
                self.process.wait(10)
            except (BrokenPipeError, subprocess.TimeoutExpired):
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()


def free_mb():
    """The memory that is available to a new process."""
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 1024
    return float("inf")
