"""Turns the samples of bench.sh into a JSON file and Markdown tables."""

import argparse
import json
import re
import statistics
import sys

UNITS = {"gbit": "Gbit/s", "us": "us", "ms": "ms", "kib": "KiB", "ns": "ns per frame",
         "fps": "frames/s"}
BASELINES = ("c-relay", "linux-bridge")
OVERLAY_BASELINES = ("kernel-vxlan", "ovs-vxlan", "c-vxlan-relay")
STREAM_BASELINE = "c-stream-relay"
STREAM_LOADS = (
    ("60 B, one a write", "60_single"), ("60 B, bulk", "60_bulk"),
    ("1514 B, one a write", "1514_single"), ("1514 B, bulk", "1514_bulk"),
)
RATIO_METRICS = ("tcp1_ab_gbit", "tcp4_ab_gbit", "fps60", "fps1514", "rtt_p50_us",
                 "rtt_1core_p50_us")
CELL_RATIOS = ("tcp1_ab_gbit", "fps60", "rtt_1core_p50_us")

# Heading, metric, divisor, decimals.
COLUMNS = (
    ("TCP A→B", "tcp1_ab_gbit", 1, 1),
    ("TCP B→A", "tcp1_ba_gbit", 1, 1),
    ("TCP×4 A→B", "tcp4_ab_gbit", 1, 1),
    ("TCP×4 B→A", "tcp4_ba_gbit", 1, 1),
    ("60 B kf/s", "fps60", 1000, 0),
    ("1514 B kf/s", "fps1514", 1000, 0),
    ("CPU 60 B", "cpu_ns60", 1, 0),
    ("CPU 1514 B", "cpu_ns1514", 1, 0),
    ("RTT p50", "rtt_p50_us", 1, 1),
    ("RTT p99", "rtt_p99_us", 1, 1),
    ("1-core RTT p50", "rtt_1core_p50_us", 1, 1),
    ("1-core RTT p99", "rtt_1core_p99_us", 1, 1),
    ("RSS idle", "rss_idle_kib", 1024, 1),
    ("RSS after", "rss_after_kib", 1024, 1),
    ("first frame", "first_frame_ms", 1, 0),
)
LEGEND = (
    "TCP: Gbit/s, one and four streams. kf/s: thousand frames per second A→B, sender on core 0, "
    "switch on core 1; 'N% of core': it had only that much of core 1 (a kernel one: of core 0), for "
    "other work ran there or the sender was the limit; no ratio is given then. CPU: ns of the "
    "switch process per forwarded frame ('-': the sender pays). RTT: µs of a UDP round trip, "
    "unpinned, then with both ends and the switch on one core. RSS: MiB. First frame: ms from "
    "process start, ports attached by a shell script on the way. Ratios: TCP A→B / 60 B kf/s "
    "(above 1 is better) / 1-core RTT p50 (below 1 is better)."
)
OVERLAY_LEGEND = (
    "Two hosts, each with a switch and one station: CPU and RSS are those of both switches "
    "together, and each frame is encapsulated by the one and decapsulated by the other. "
)
STREAM_LEGEND = (
    "Two stations on Unix sockets on core 0, the switch on core 1. 'One a write' is how QEMU "
    "sends; 'bulk' is 256 KiB a write. A switch does not stop a sender when a receiver is slow: "
    "'lost' is what B had no time to take. CPU time is per frame that A sent. Ratio to the C relay: "
    "frames per second / CPU time (above 1 is better)."
)


def unit_of(metric):
    if metric.startswith("cpu_ns"):
        return UNITS["ns"]
    if "fps" in metric:
        return UNITS["fps"]
    return UNITS.get(metric.rsplit("_", 1)[-1], "")


def read_machine(path):
    with open(path, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)


def read_systems(path, names):
    systems = {name: {"name": name, "notes": [], "errors": [], "metrics": {}} for name in names}
    with open(path, encoding="utf-8") as file:
        for line in file:
            add_sample(systems, json.loads(line))
    for system in systems.values():
        system["metrics"] = {m: summary(m, v) for m, v in system["metrics"].items()}
    return systems


def add_sample(systems, sample):
    system = systems.setdefault(
        sample["system"], {"name": sample["system"], "notes": [], "errors": [], "metrics": {}})
    if "metric" in sample:
        system["metrics"].setdefault(sample["metric"], []).append(sample["value"])
        return
    for key, target in (("note", "notes"), ("error", "errors")):
        if key in sample and sample[key] not in system[target]:
            system[target].append(sample[key])


def summary(metric, values):
    return {"unit": unit_of(metric), "median": statistics.median(values), "min": min(values),
            "max": max(values), "samples": values}


def median(system, metric):
    return system["metrics"].get(metric, {}).get("median")


def add_ratios(systems, baselines):
    for system in systems.values():
        system["ratios"] = {}
        for baseline in baselines:
            if baseline in systems:
                system["ratios"][baseline] = ratios(system, systems[baseline])


def disturbed(system, metric):
    """Whether a frame rate was measured while the switch did not have its core to itself."""
    share = median(system, metric.replace("fps", "cpu_share")) if "fps" in metric else None
    return share is not None and share < 0.9


def ratios(system, baseline):
    pairs = {m: (median(system, m), median(baseline, m)) for m in RATIO_METRICS}
    return {m: round(own / base, 3) for m, (own, base) in pairs.items()
            if own and base and not disturbed(system, m) and not disturbed(baseline, m)}


def cell(value, divisor=1, decimals=0):
    return "-" if value is None else f"{value / divisor:.{decimals}f}"


def ratio_cell(system, baseline):
    found = system["ratios"].get(baseline, {})
    return " / ".join(cell(found.get(m), 1, 2) for m in CELL_RATIOS)


def table(heading, rows):
    lines = [heading, ["---"] + ["---:"] * (len(heading) - 1)] + rows
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def figure(system, metric, divisor, decimals):
    text = cell(median(system, metric), divisor, decimals)
    if not disturbed(system, metric):
        return text
    return f"{text} ({median(system, metric.replace('fps', 'cpu_share')):.0%} of core)"


def comparison_table(systems, baselines):
    heading = ["system"] + [c[0] for c in COLUMNS] + [f"vs {b}" for b in baselines]
    rows = []
    for system in systems.values():
        name = system["name"]
        if system["errors"]:
            name += " **failed**: " + "; ".join(system["errors"]).replace("|", "\\|")
        figures = [figure(system, m, divisor, decimals) for _, m, divisor, decimals in COLUMNS]
        rows.append([name] + figures + [ratio_cell(system, b) for b in baselines])
    return table(heading, rows)


def notes(systems):
    return "\n".join(f"- {s['name']}: {note}" for s in systems.values() for note in s["notes"])


def scale_table(systems, series, heading, with_entries):
    """Rows are the steps of one series: systems named 'SERIES NUMBER'."""
    steps = sorted((int(name.split()[1]), s) for name, s in systems.items()
                   if re.fullmatch(series + r" \d+", name))
    smallest = steps[0][1] if steps else None
    return table(heading, [scale_row(n, s, smallest, with_entries) for n, s in steps])


def scale_row(number, system, smallest, with_entries):
    def against_smallest(metric):
        own, base = median(system, metric), median(smallest, metric)
        if not own or not base or disturbed(system, metric) or disturbed(smallest, metric):
            return "-"
        return f"{own / base:.2f}"

    name = str(number)
    if system["errors"]:
        name += " **failed**: " + "; ".join(system["errors"])
    row = [name, figure(system, "fps60", 1000, 0), against_smallest("fps60")]
    if with_entries:
        row += [figure(system, "fps60_all", 1000, 0), against_smallest("fps60_all"),
                cell(median(system, "bytes_per_entry"))]
    return row + [cell(median(system, "rss_after_kib"), 1024, 1),
                  cell(median(system, "heap_used"), 1 << 20, 1)]


def stream_cells(system, base, suffix):
    rate, cost = median(system, "fps" + suffix), median(system, "cpu_ns" + suffix)
    base_rate, base_cost = median(base, "fps" + suffix), median(base, "cpu_ns" + suffix)
    if not rate:
        return ["-", "-", "-"]
    ratio = f"{rate / base_rate:.2f} / {base_cost / cost:.2f}" if base_rate and cost else "-"
    share = median(system, "cpu_share" + suffix)
    loss = median(system, "loss" + suffix) or 0
    lost = f", {loss:.0%} lost" if loss >= 0.005 else ""
    return [f"{rate / 1000:.0f} ({share:.0%}{lost})", cell(cost), ratio]


def stream_tables(systems):
    base = systems.get(STREAM_BASELINE, {"metrics": {}})
    heading = ["system"]
    for label, _ in STREAM_LOADS:
        heading += [f"{label}: kf/s (of core)", "ns CPU", "ratio"]
    rows = []
    for system in systems.values():
        if "gbit_segments" in system["metrics"]:
            continue
        name = system["name"]
        if system["errors"]:
            name += " **failed**: " + "; ".join(system["errors"])
        cells = [c for _, suffix in STREAM_LOADS for c in stream_cells(system, base, suffix)]
        rows.append([name] + cells)
    lines = [table(heading, rows), STREAM_LEGEND]
    segments = [s for s in systems.values() if "gbit_segments" in s["metrics"]]
    for system in segments:
        lines.append(f"Segmentation, TAP to stream: {cell(median(system, 'gbit_segments'), 1, 1)} "
                     f"Gbit/s, {cell(median(system, 'cpu_ns_segments'))} ns of CPU per segment.")
    return "\n\n".join(lines)


def scale_tables(systems):
    memory = ["RSS MiB", "heap MiB"]
    ports = scale_table(systems, "ports", ["ports", "60 B kf/s", "ratio"] + memory, False)
    entries = scale_table(
        systems, "entries",
        ["FDB entries", "60 B kf/s", "ratio", "kf/s to all entries", "ratio", "bytes per entry"]
        + memory, True)
    return f"{ports}\n\n{entries}"


def operator_table(systems):
    """One system, each metric quiet and watched."""
    system = systems.get("tapswitch", {"metrics": {}, "errors": []})
    rows = []
    for label, name, divisor, decimals in (
            ("TCP, one stream, Gbit/s", "tcp1_{}_gbit", 1, 1),
            ("60-byte kframes/s, switch on one core", "fps60_{}", 1000, 0)):
        quiet, watched = (median(system, name.format(state)) for state in ("quiet", "watched"))
        rows.append([label, cell(quiet, divisor, decimals), cell(watched, divisor, decimals),
                     f"{watched / quiet:.3f}" if quiet and watched else "-"])
    requests = cell(median(system, "requests_per_second"), 1, 1)
    failed = "".join(f"\n\nFailed: {error}" for error in system["errors"])
    return (table(["", "quiet", "watched", "ratio"], rows)
            + f"\n\nWatched: {requests} REST requests a second were answered.{failed}")


def header(machine):
    speed = (f"{machine.get('write_ns')} ns at the start, "
             f"{machine.get('write_ns_end')} ns at the end")
    return "\n".join((
        f"- Machine: {machine.get('cpu')}, {machine.get('cores')} cores, Linux "
        f"{machine.get('kernel')}; load {machine.get('load')}",
        f"- One 64-byte write to /dev/null: {speed}",
        f"- JDK: {machine.get('jdk') or '-'}; Open vSwitch {machine.get('ovs') or '-'}; "
        f"VDE {machine.get('vde') or '-'}; iperf3 {machine.get('iperf3') or '-'}; "
        f"TapSwitch {machine.get('tapswitch') or '-'} (commit {machine.get('commit') or '-'})",
        f"- Date: {machine.get('date')}; median of {machine.get('repeat')} "
        f"run(s) of {machine.get('seconds')} s",
        f"- Command: `{machine.get('command', '').strip()}`",
    ))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--samples", required=True)
    parser.add_argument("--json", required=True)
    options = parser.parse_args()

    machine = read_machine(options.machine)
    mode = machine.get("mode")
    baselines = OVERLAY_BASELINES if mode == "overlay" else BASELINES
    named = [] if mode in ("scale", "streams", "operators") else machine["systems"].split()
    systems = read_systems(options.samples, named)
    add_ratios(systems, baselines)
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump({"machine": machine, "systems": list(systems.values())}, file, indent=2)
        file.write("\n")

    if mode == "scale":
        body = scale_tables(systems)
    elif mode == "streams":
        body = stream_tables(systems)
    elif mode == "operators":
        body = operator_table(systems)
    else:
        legend = OVERLAY_LEGEND + LEGEND if mode == "overlay" else LEGEND
        body = f"{comparison_table(systems, baselines)}\n\n{legend}"
    print("\n\n".join(filter(None, (header(machine), body, notes(systems)))))
    incomplete = [s["name"] for s in systems.values() if s["errors"] or not s["metrics"]]
    sys.exit(1 if incomplete or not systems else 0)


if __name__ == "__main__":
    main()
