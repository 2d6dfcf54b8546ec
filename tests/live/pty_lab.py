"""A real pseudo terminal with a process in it, and what a terminal would show: a small emulator of
the sequences an xterm and its relatives know. Anything it does not know is kept as garbage."""
import fcntl, os, pty, re, select, signal, struct, subprocess, termios, threading, time

from lab import WARROOM, _procs, path, until

# What a terminal must be told before the shell has it back: alternate screen, cursor, paste, mouse.
MODES_BEFORE = {"1049": False, "25": True, "7": True, "2004": False, "1000": False, "1006": False}
CSI = re.compile(r"\x1b\[([<-?]?)([0-9;]*)([ -/]*)([@-~])")
OSC = re.compile(r"\x1b\][^\x07\x1b]*(\x07|\x1b\\)")


class Vt:
    def __init__(self, w, h):
        self.w, self.h = w, h
        self.modes = dict(MODES_BEFORE)
        self.garbage, self.looks, self.wrap = [], set(), True
        self.rest = ""
        self.clear()

    def clear(self):
        self.cells = [[" "] * self.w for _ in range(self.h)]
        self.x = self.y = 0

    def lines(self):
        return ["".join(r).rstrip() for r in self.cells]

    def text(self):
        return "\n".join(self.lines())

    def feed(self, text):
        text, self.rest = self.rest + text, ""
        i = 0
        while i < len(text):
            if text[i] != "\x1b":
                self.plain(text[i])
                i += 1
                continue
            m = CSI.match(text, i) or OSC.match(text, i)
            if m:
                if m.re is CSI:
                    self.csi(m[1], m[2], m[4])
                i = m.end()
            elif i + 1 < len(text) and text[i + 1] in "=>78M":
                i += 2
            elif i + 2 < len(text) and text[i + 1] in "()":
                i += 3
            elif len(text) - i < 32:
                self.rest = text[i:]
                return
            else:
                self.garbage.append(text[i:i + 12])
                i += 1

    def plain(self, c):
        if c == "\r":
            self.x = 0
        elif c == "\n":
            if self.y == self.h - 1:
                self.cells = self.cells[1:] + [[" "] * self.w]
            self.y = min(self.y + 1, self.h - 1)
        elif c == "\b":
            self.x = max(0, self.x - 1)
        elif c in "\a\x0f\x0e\x00":
            pass
        elif ord(c) < 32 or 0x7f <= ord(c) < 0xa0:
            self.garbage.append(repr(c))
        else:
            if self.x >= self.w:
                self.x = self.w - 1
            self.cells[self.y][self.x] = c
            self.x += 1

    def csi(self, private, numbers, final):
        n = [int(v) if v else 0 for v in numbers.split(";")] if numbers else [0]
        one = n[0] or 1
        if private == "?" and final in "hl":
            for v in n:
                self.modes[str(v)] = final == "h"
                if v == 1049:
                    self.clear()
        elif private:
            pass
        elif final in "Hf":
            self.y = min(one, self.h) - 1
            self.x = min((n[1] if len(n) > 1 else 1) or 1, self.w) - 1
        elif final in "G`":
            self.x = min(one, self.w) - 1
        elif final == "d":
            self.y = min(one, self.h) - 1
        elif final in "ABCD":
            dx, dy = {"A": (0, -1), "B": (0, 1), "C": (1, 0), "D": (-1, 0)}[final]
            self.x = max(0, min(self.w - 1, self.x + dx * one))
            self.y = max(0, min(self.h - 1, self.y + dy * one))
        elif final == "J":
            self.cells = [[" "] * self.w for _ in range(self.h)]
        elif final == "K":
            self.cells[self.y][self.x:] = [" "] * (self.w - self.x)
        elif final == "m":
            self.looks.add(numbers)
        elif final not in "hlrt":
            self.garbage.append(f"CSI {numbers}{final}")


class Pty:
    """A program in a terminal of its own. The parent keeps the terminal's other end open, so that
    its modes can still be read when the program has gone."""

    def __init__(self, argv, w=100, h=30, env=None, limits=None):
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", h, w, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.vt, self.raw, self.marks = Vt(w, h), bytearray(), []
        self.lock, self.open = threading.Lock(), True
        full = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", **(env or {})}
        full = {k: v for k, v in full.items() if v is not None}

        def own_terminal():
            os.setsid()
            for s in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
                signal.signal(s, signal.SIG_DFL)  # a shell ignores them for what runs in its background
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            if limits:
                limits()

        self.p = subprocess.Popen(argv, stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                  preexec_fn=own_terminal, env=full, close_fds=True)
        _procs.append(self.p)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        import codecs
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        while self.open:
            try:
                if not select.select([self.master], [], [], 0.1)[0]:
                    continue
                data = os.read(self.master, 65536)
            except (OSError, ValueError):
                return
            if not data:
                return
            with self.lock:
                self.raw += data
                self.vt.feed(decode(data))
                self.marks.append((time.monotonic(), len(self.raw)))

    def screen(self):
        with self.lock:
            return self.vt.text()

    def send(self, keys):
        os.write(self.master, keys.encode() if isinstance(keys, str) else keys)

    def type(self, text):
        for c in text:
            self.send(c)
            time.sleep(0.03)  # like a person: five keys within 20 ms are a paste

    def sees(self, text, seconds=15):
        try:
            return until(f"{text!r} on the screen", lambda: text in self.screen(), seconds)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.screen()}") from None

    def gone(self, text, seconds=15):
        until(f"{text!r} to leave the screen", lambda: text not in self.screen(), seconds)

    def key_ms(self, key, sees):
        """Milliseconds from a key to its picture."""
        began = time.monotonic()
        self.send(key)
        while time.monotonic() - began < 5:
            if sees in self.screen():
                return (time.monotonic() - began) * 1000
            time.sleep(0.001)
        raise AssertionError(f"{sees!r} did not come within 5 s of {key!r}\n{self.screen()}")

    def is_restored(self):
        with self.lock:
            modes = all(self.vt.modes.get(k, v) == v for k, v in MODES_BEFORE.items())
        return modes and termios.tcgetattr(self.slave)[:4] == self.before[:4]

    def what_is_left(self):
        now = termios.tcgetattr(self.slave)
        return {k: v for k, v in self.vt.modes.items() if MODES_BEFORE.get(k, v) != v}, \
            [(hex(a), hex(b)) for a, b in zip(self.before[:4], now[:4]) if a != b]

    def restored_ms(self, act):
        """Milliseconds from act() to a terminal as it was before."""
        assert not self.is_restored(), "it has not taken the terminal yet"
        began = time.monotonic()
        act()
        while time.monotonic() - began < 5:
            if self.is_restored():
                return (time.monotonic() - began) * 1000
            time.sleep(0.0005)
        raise AssertionError(f"the terminal was not put back: {self.what_is_left()}")

    def status(self, seconds=15):
        return self.p.wait(seconds)

    def close(self):
        if self.p.poll() is None:
            os.kill(self.p.pid, signal.SIGKILL)
            self.p.wait(5)
        self.open = False
        self.reader.join(2)
        for fd in (self.master, self.slave):
            try:
                os.close(fd)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
