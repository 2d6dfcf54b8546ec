"""A program in a pseudo terminal, seen from outside: bytes with their times, the screen they draw
(pyte), its processor time and memory, how it leaves. One loop for the terminal and for the small
servers of the benchmark, so that what happens in both is timed by one clock."""
import fcntl, itertools, os, pty, re, selectors, signal, struct, termios, time

import pyte

BURST_GAP_S = 0.010  # so much silence ends a burst of output
RESTORED = b"\x1b[?1049l"


class Loop:
    """Callbacks by file descriptor; every wait has an end."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()

    def add(self, f, callback):
        self.selector.register(f, selectors.EVENT_READ, callback)

    def remove(self, f):
        self.selector.unregister(f)

    def run(self, seconds, until=lambda: False):
        """True when the condition came true in time."""
        end = time.monotonic() + seconds
        while not until():
            left = end - time.monotonic()
            if left <= 0:
                return False
            for key, _ in self.selector.select(min(left, 0.05)):
                key.data()
        return True


class Screen(pyte.Screen):
    """With REP, which ncurses uses on xterm."""

    def draw(self, data):
        super().draw(data)
        self.drawn = data[-1:] or getattr(self, "drawn", " ")

    def repeat_last(self, count=1):
        self.draw(getattr(self, "drawn", " ") * (count or 1))


class Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "b": "repeat_last"}
    events = frozenset(itertools.chain(pyte.ByteStream.events, ["repeat_last"]))


class Terminal:
    def __init__(self, loop, argv, cols=200, rows=60, env=None):
        self.loop, self.cols, self.rows = loop, cols, rows
        self.chunks, self.seen, self.status = [], b"", None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            os.environ.update({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})})
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            os.execv(argv[0], argv)
        self.started = time.monotonic()
        self.modes = termios.tcgetattr(self.fd)
        self.open = True
        loop.add(self.fd, self._read)

    def _read(self):
        now = time.monotonic()
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            data = b""
        if data:
            self.chunks.append((now, data))
            self.seen = (self.seen + data)[-(1 << 16):]
        else:
            self._gone()

    def _gone(self):
        if self.open:
            self.open = False
            self.loop.remove(self.fd)
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            self.left = time.monotonic()

    def key(self, keys):
        os.write(self.fd, keys)
        return time.monotonic()

    def answered(self, keys, seconds=2.0):
        """Seconds from the key to the next byte; None without one."""
        n, at = len(self.chunks), self.key(keys)
        return self.chunks[n][0] - at if self.loop.run(seconds, lambda: len(self.chunks) > n) else None

    def cpu_s(self):
        """Processor seconds of all its threads."""
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            try:
                with open(f"/proc/{self.pid}/task/{task}/schedstat") as f:
                    total += int(f.read().split()[0])
            except FileNotFoundError:
                pass
        return total / 1e9

    def peak_mib(self):
        with open(f"/proc/{self.pid}/status") as f:
            return int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1)) / 1024

    def screen(self):
        """What is on the screen now."""
        screen = Screen(self.cols, self.rows)
        stream = Stream(screen)
        for _, data in self.chunks:
            stream.feed(data)
        return "\n".join(screen.display)

    def first(self, *patterns):
        """Seconds from the start until the screen matched each pattern; None where it never did."""
        screen, found = Screen(self.cols, self.rows), [None] * len(patterns)
        stream = Stream(screen)
        for at, data in self.chunks:
            stream.feed(data)
            text = "\n".join(screen.display)
            for i, pattern in enumerate(patterns):
                if found[i] is None and re.search(pattern, text):
                    found[i] = at - self.started
            if None not in found:
                break
        return found

    def output(self, since, until):
        """Bytes written in that time and the cells they changed, burst by burst."""
        screen = Screen(self.cols, self.rows)
        stream = Stream(screen)
        size = cells = 0
        before, last = None, None
        for at, data in self.chunks:
            if at >= until:
                break
            if at >= since:
                size += len(data)
                if before is None or at - last > BURST_GAP_S:
                    cells += self._changed(before, screen)
                    before = self._copy(screen)
                last = at
            stream.feed(data)
        return size, cells + self._changed(before, screen)

    def _copy(self, screen):
        return [[screen.buffer[y][x] for x in range(self.cols)] for y in range(self.rows)]

    def _changed(self, before, screen):
        if before is None:
            return 0
        return sum(before[y][x] != screen.buffer[y][x] for y in range(self.rows) for x in range(self.cols))

    def leave(self, how, seconds=5.0):
        """Sends a signal, or keys one after the other; seconds until the terminal was put back."""
        at = None
        for key in [how] if isinstance(how, int) else how:
            if at:
                self.loop.run(0.35)  # a box takes no key while it opens
            at = time.monotonic()
            os.kill(self.pid, key) if isinstance(key, int) else os.write(self.fd, key)
        modes = lambda: termios.tcgetattr(self.fd)[:4] == self.modes[:4]
        restored = self.loop.run(seconds, lambda: RESTORED in self.seen and (not self.open or modes()))
        took = time.monotonic() - at
        self.close(seconds)
        return took if restored else None

    def close(self, seconds=5.0):
        if not self.loop.run(seconds, lambda: not self.open):
            os.kill(self.pid, signal.SIGKILL)
            self.loop.run(seconds, lambda: not self.open)
        if not self.open and self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
