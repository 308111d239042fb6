"""What a terminal shows, as SVG: cells on a grid, in a light window."""

import re
from html import escape

from terminal import columns_of

CELL, LINE, SIZE, PAD, BAR = 8.4, 18, 14, 12, 30
FONT = ("ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Noto Sans Mono CJK SC',"
        "monospace")
EMOJI = "'Apple Color Emoji','Segoe UI Emoji','Noto Color Emoji',sans-serif"
PAPER, INK = "#1c1f26", "#d8dbe2"
BASE = ["#2b2f38", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
        "#6b7280", "#ef8a91", "#b3d99a", "#f0d399", "#85c4f5", "#d79be8", "#7fd0da", "#f2f4f8"]
TOKEN = re.compile(r"\x1b\[([\d;:]*)m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()].|[\x0e\x0f]|(.)",
                   re.S)
# Where a character of a frame meets the edges of its cell: left, right, up, down.
EDGES = {"─": "lr", "━": "lr", "│": "ud", "┃": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu",
         "├": "rud", "┤": "lud", "┬": "lrd", "┴": "lru", "┼": "lrud", "╭": "rd", "╮": "ld",
         "╰": "ru", "╯": "lu"}


def palette(number):
    """The 256 colours."""
    if number < 16:
        return BASE[number]
    if number >= 232:
        return "#" + f"{8 + (number - 232) * 10:02x}" * 3
    levels = (0, 95, 135, 175, 215, 255)
    number -= 16
    return "#" + "".join(f"{levels[part]:02x}" for part in
                         (number // 36, number // 6 % 6, number % 6))


class Style:
    def __init__(self):
        self.ink = self.paper = None
        self.flags = set()

    def copy(self):
        other = Style()
        other.ink, other.paper, other.flags = self.ink, self.paper, set(self.flags)
        return other

    def key(self):
        return (self.ink, self.paper, frozenset(self.flags))

    def apply(self, text):
        codes = [int(code) if code else 0 for code in re.split("[;:]", text)]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.ink = self.paper = None
                self.flags.clear()
            elif code in (1, 2, 3, 4, 7, 9):
                self.flags.add(code)
            elif code == 22:
                self.flags -= {1, 2}
            elif code in (23, 24, 27, 29):
                self.flags.discard(code - 20)
            elif code in (38, 48) and codes:
                colour = self.extended(codes)
                if code == 38:
                    self.ink = colour
                else:
                    self.paper = colour
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.ink = BASE[code - 30 if code < 90 else code - 82]
            elif 40 <= code <= 47 or 100 <= code <= 107:
                self.paper = BASE[code - 40 if code < 100 else code - 92]
            elif code == 39:
                self.ink = None
            elif code == 49:
                self.paper = None

    @staticmethod
    def extended(codes):
        if codes.pop(0) == 5:
            return palette(codes.pop(0))
        red, green, blue = codes[:3]
        del codes[:3]
        return f"#{red:02x}{green:02x}{blue:02x}"

    def colours(self):
        ink, paper = self.ink or INK, self.paper or PAPER
        return (paper, ink) if 7 in self.flags else (ink, paper)


def cells(line):
    """(column, text, columns, style) of every cluster of a captured line."""
    style, column, found = Style(), 0, []
    for token in TOKEN.finditer(line):
        if token.group(1) is not None:
            style.apply(token.group(1))
            continue
        character = token.group(2)
        if character is None:
            continue
        joins = found and (columns_of(character) == 0 or found[-1][1].endswith("\u200d")
                           or "\U0001f3fb" <= character <= "\U0001f3ff" or flag(found, character))
        if joins:
            place, text, width, look = found[-1]
            is_wide = character == "\ufe0f" or width == 2
            column += (2 if is_wide else width) - width
            found[-1] = (place, text + character, 2 if is_wide else width, look)
            continue
        width = 2 if is_regional(character) else columns_of(character)
        found.append((column, character, width, style.copy()))
        column += width
    return found


def is_regional(character):
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def is_emoji(text):
    return "\ufe0f" in text or any("\U0001f000" <= part <= "\U0001faff" or part in "☕⏰❄"
                                   for part in text)


def flag(found, character):
    return is_regional(character) and len(found[-1][1]) == 1 and is_regional(found[-1][1])


class Drawing:
    def __init__(self, lines, rows, columns, title, cursor=None):
        self.rows, self.columns, self.title = rows, columns, title
        self.width = columns * CELL + 2 * PAD
        self.height = rows * LINE + 2 * PAD + BAR
        self.papers, self.blocks, self.inks = [], [], []
        for row, line in enumerate(lines[:rows]):
            self.row(row, cells(line))
        if cursor:
            x, y = self.place(*cursor)
            self.inks.append(f'<rect x="{x:g}" y="{y:g}" width="2" height="{LINE}" fill="{INK}"/>')

    @staticmethod
    def place(row, column):
        return round(PAD + column * CELL, 2), PAD + BAR + row * LINE

    def row(self, row, found):
        run = []
        for cell in [*found, None]:
            if run and (cell is None or not self.follows(run[-1], cell)):
                self.text(row, run)
                run = []
            if cell is None:
                break
            self.paper(row, cell)
            text, width = cell[1], cell[2]
            if text in EDGES:
                self.edge(row, cell)
            elif text in "▀▄█":
                self.block(row, cell)
            elif text.isascii() and width == 1:
                run.append(cell)
            else:
                self.text(row, [cell])

    @staticmethod
    def follows(one, other):
        return (one[0] + one[2] == other[0] and one[3].key() == other[3].key()
                and other[1].isascii() and other[2] == 1)

    def paper(self, row, cell):
        _, paper = cell[3].colours()
        if paper == PAPER:
            return
        last = self.papers[-1] if self.papers else None
        if last and last[0] == row and last[1] + last[2] == cell[0] and last[3] == paper:
            last[2] += cell[2]
        else:
            self.papers.append([row, cell[0], cell[2], paper])

    def edge(self, row, cell):
        x, y = self.place(row, cell[0])
        ink, _ = cell[3].colours()
        middle_x, middle_y = x + CELL / 2, y + LINE / 2
        ends = {"l": (x, middle_y), "r": (x + CELL, middle_y), "u": (middle_x, y),
                "d": (middle_x, y + LINE)}
        path = "".join(f"M{middle_x:g} {middle_y:g}L{ends[end][0]:g} {ends[end][1]:g}"
                       for end in EDGES[cell[1]])
        width = 2 if cell[1] in "━┃" else 1
        faint = ' opacity="0.6"' if 2 in cell[3].flags else ""
        self.inks.append(f'<path d="{path}" stroke="{ink}" stroke-width="{width}"{faint}/>')

    def block(self, row, cell):
        """Half a cell, or a whole one; equal ones beside each other are one rectangle."""
        x, y = self.place(row, cell[0])
        ink, _ = cell[3].colours()
        top = y + (LINE / 2 if cell[1] == "▄" else 0)
        height = LINE if cell[1] == "█" else LINE / 2
        last = self.blocks[-1] if self.blocks else None
        if last and last[1:] == [top, height, ink, cell[0]]:
            last[4] += 1
        else:
            self.blocks.append([x, top, height, ink, cell[0] + 1])

    def text(self, row, run):
        text = "".join(cell[1] for cell in run)
        if not text.strip():
            return
        start = len(text) - len(text.lstrip())
        run, text = run[start:], text.strip()
        x, y = self.place(row, run[0][0])
        columns = sum(cell[2] for cell in run[:len(text)]) if text.isascii() else run[0][2]
        style = run[0][3]
        ink, _ = style.colours()
        more = ""
        if 1 in style.flags:
            more += ' font-weight="700"'
        if 2 in style.flags:
            more += ' opacity="0.6"'
        if 3 in style.flags:
            more += ' font-style="italic"'
        if 4 in style.flags:
            more += ' text-decoration="underline"'
        if text.isascii():
            fit = f' textLength="{columns * CELL:.1f}"' if columns > 1 else ""
            at = f'x="{x:g}"{fit}'
        else:
            at = f'x="{x + columns * CELL / 2:g}" text-anchor="middle"'
            if is_emoji(text):
                more += f' font-family="{EMOJI}"'
        self.inks.append(f'<text {at} y="{y + 13.5:g}" fill="{ink}"{more} xml:space="preserve">'
                         f'{escape(text, quote=False)}</text>')

    def svg(self):
        width, height = round(self.width), round(self.height)
        rows = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="{FONT}" font-size="{SIZE}" '
            'fill="none" xml:space="preserve">',
            f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="10" '
            'fill="#e9ebef" stroke="#c9cdd4"/>',
            f'<path d="M1 {BAR}H{width - 1}V{height - 10}a9 9 0 0 1 -9 9H10a9 9 0 0 1 -9 -9Z" '
            f'fill="{PAPER}"/>']
        for index, colour in enumerate(("#ed6a5e", "#f4bf4f", "#61c554")):
            rows.append(f'<circle cx="{18 + index * 18}" cy="15" r="5.5" fill="{colour}"/>')
        rows.append(f'<text x="{width / 2:g}" y="20" fill="#5b6270" font-size="12.5" '
                    f'text-anchor="middle">{escape(self.title)}</text>')
        for row, column, columns, paper in self.papers:
            x, y = self.place(row, column)
            rows.append(f'<rect x="{x:g}" y="{y:g}" width="{columns * CELL:.1f}" '
                        f'height="{LINE}" fill="{paper}" shape-rendering="crispEdges"/>')
        for x, top, height, ink, end in self.blocks:
            width = PAD + end * CELL - x
            rows.append(f'<rect x="{x:g}" y="{top:g}" width="{width:.1f}" height="{height:g}" '
                        f'fill="{ink}" shape-rendering="crispEdges"/>')
        return "\n".join([*rows, *self.inks, "</svg>"]) + "\n"


def draw(screen, title):
    """The SVG of a screen as it stands."""
    column, row, visible = screen.ask("cursor_x", "cursor_y", "cursor_flag")
    cursor = (int(row), int(column)) if visible == "1" else None
    return Drawing(screen.lines(colours=True), screen.rows, screen.columns, title, cursor).svg()
