"""Figures: what was measured, its limit, and the table."""


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Table:
    def __init__(self):
        self.rows = []
        self.misses = 0

    def times(self, name, seconds, limit_ms, note):
        """Seconds measured, against a limit in milliseconds on the 99th percentile."""
        middle, late = percentile(seconds, 0.5) * 1_000, percentile(seconds, 0.99) * 1_000
        is_missed = limit_ms is not None and late > limit_ms
        limit = "" if limit_ms is None else f"≤ {limit_ms} ms"
        self.add(f"{name} (n={len(seconds)})", f"{middle:.1f} / {late:.1f} ms", limit, is_missed,
                 note)

    def number(self, name, value, unit, limit, note):
        """One number, `limit` the most that it may be; None: no limit."""
        is_missed = limit is not None and value > limit
        shown = f"{value:.0f}" if value >= 100 else f"{value:.2f}"
        self.add(name, f"{shown} {unit}", "" if limit is None else f"≤ {limit} {unit}", is_missed,
                 note)

    def add(self, name, measured, limit, is_missed, note):
        self.misses += is_missed
        mark = "MISS" if is_missed else "ok" if limit else ""
        self.rows.append((name, measured, limit, mark, note))
        print(f"  {name}: {measured} {limit} {mark}", flush=True)

    def show(self):
        rows = [("figure", "median / p99", "limit", "", "what it is made of"), *self.rows]
        widths = [max(len(row[index]) for row in rows) for index in range(4)]
        print()
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths)]
            print("  ".join([*cells, row[4]]).rstrip())
        print(f"\n{self.misses} figure(s) over their limit" if self.misses
              else "\nall within their limits")
