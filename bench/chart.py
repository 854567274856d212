"""A chart with logarithmic axes as SVG."""
import math
from html import escape

COLOURS = ["#2563eb", "#ea580c", "#059669", "#7c3aed", "#dc2626"]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 360, 62, 150, 64, 48


def number(x):
    return "%g" % x if x < 1e5 else "%.0e" % x


class Axis:
    """From the power of ten below the least value to that above the largest; pixels begin..end."""

    def __init__(self, values, begin, end, whole=True):
        low, high = math.log10(min(values)), math.log10(max(values))
        self.low, self.high = (math.floor(low), math.ceil(high)) if whole else (low, high)
        if self.high == self.low:
            self.high += 1
        self.begin, self.end = begin, end

    def at(self, x):
        return self.begin + (self.end - self.begin) * (math.log10(x) - self.low) / (self.high - self.low)


def text(x, y, s, size=12, anchor="start", fill="#374151", more=""):
    return '<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s" fill="%s"%s>%s</text>' % (
        x, y, size, anchor, fill, more, escape(s))


def line(x0, y0, x1, y1):
    return '<path d="M%.1f %.1fL%.1f %.1f" stroke="#e5e7eb"/>' % (x0, y0, x1, y1)


def spread(ends, least):
    """Heights of labels, in the order of the lines' ends, no two nearer than `least`."""
    placed = {}
    last = -math.inf
    for name, y in sorted(ends.items(), key=lambda e: e[1]):
        last = placed[name] = max(y, last + least)
    return placed


def panel(title, lines, x_label, left):
    """lines: {name: [(x, y), ...]}; empty ones are left out."""
    lines = {name: points for name, points in lines.items() if points}
    every = [p for points in lines.values() for p in points]
    x = Axis([p[0] for p in every], left + LEFT, left + WIDTH - RIGHT, False)
    y = Axis([p[1] for p in every], HEIGHT - BOTTOM, TOP)
    yield text(left + LEFT, TOP - 12, title, 13, more=' font-weight="600"')
    for v in range(y.low, y.high + 1):
        yield line(x.begin, y.at(10 ** v), x.end, y.at(10 ** v))
        yield text(x.begin - 8, y.at(10 ** v) + 4, number(10 ** v), 11, "end")
    for v in sorted({p[0] for p in every}):
        yield line(x.at(v), y.begin, x.at(v), y.end)
        yield text(x.at(v), y.begin + 16, number(v), 11, "middle")
    yield text((x.begin + x.end) / 2, y.begin + 36, x_label, 12, "middle")
    labels = spread({name: y.at(points[-1][1]) for name, points in lines.items()}, 15)
    for colour, (name, points) in zip(COLOURS, lines.items()):
        yield '<path d="M%s" fill="none" stroke="%s" stroke-width="2"/>' % (
            "L".join("%.1f %.1f" % (x.at(a), y.at(b)) for a, b in points), colour)
        for a, b in points:
            yield '<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (x.at(a), y.at(b), colour)
        yield text(x.end + 8, labels[name] + 4, name, 12, fill=colour)


def panels(title, charts, x_label):
    """charts: [(title, lines)], side by side."""
    width = WIDTH * len(charts)
    body = [text(LEFT, 24, title, 15, more=' font-weight="600"')]
    for i, (name, lines) in enumerate(charts):
        body += panel(name, lines, x_label, i * WIDTH)
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" '
            'font-family="sans-serif">\n<rect width="100%%" height="100%%" fill="#fff"/>\n%s\n</svg>\n' % (
                width, HEIGHT, width, HEIGHT, "\n".join(body)))
